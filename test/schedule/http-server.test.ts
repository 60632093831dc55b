import { systemClock } from 'tickwise/core';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { afterEach, describe, expect, it } from 'vitest';

/** Requests the server works on at once without slowing down. */
const CAPACITY = 20;
/** Milliseconds it takes for one. */
const LATENCY = 100;
const PER_SECOND = 190;
const REQUESTS = 900;

/** A venue on loopback: latency grows past its capacity, and what is above its rate gets a 429 with Retry-After. */
class Venue {
  readonly #server: Server;
  #running = 0;
  #second = -1;
  #used = 0;
  refused = 0;

  constructor() {
    this.#server = createServer((_, response) => {
      const now = Date.now();
      const second = Math.floor(now / 1_000);
      if (second !== this.#second) this.#used = 0;
      this.#second = second;
      if (this.#used >= PER_SECOND) {
        this.refused++;
        // As a real server, it speaks in whole seconds.
        response.writeHead(429, { 'retry-after': '1' }).end();
        return;
      }
      this.#used++;
      this.#running++;
      const latency = LATENCY * Math.max(1, this.#running / CAPACITY) ** 1.5;
      systemClock.setTimeout(() => {
        this.#running--;
        response.end('{}');
      }, latency);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    // A listening TCP server has an address with a port.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => void this.#server.close(() => resolve()));
  }
}

describe('against a real server whose latency grows and that refuses', () => {
  let venue: Venue | undefined;
  afterEach(async () => {
    await venue?.close();
  });

  async function fetchAll(concurrency?: number): Promise<{ duration: number; refused: number }> {
    venue = new Venue();
    const url = await venue.listen();
    const scheduler = new AdaptiveScheduler(concurrency === undefined ? {} : { concurrency });
    const report = await scheduler.run(
      Array.from({ length: REQUESTS }, (_, index) => index),
      async (_, { signal }) => {
        const response = await fetch(url, { signal });
        await response.arrayBuffer();
        return response;
      },
    );
    expect(report.results.size).toBe(REQUESTS);
    const { refused } = venue;
    await venue.close();
    return { duration: report.stats.duration, refused };
  }

  it('gets everything done with at most three refusals, well before six at once', async () => {
    const fixed = await fetchAll(6);
    const adaptive = await fetchAll();
    expect(fixed.refused).toBe(0);
    expect(adaptive.refused).toBeLessThanOrEqual(3);
    // Measured: 3.0 and 3.4 times as fast; 2.0 where the processor, not the venue, was what held both up.
    expect(adaptive.duration * 1.5).toBeLessThan(fixed.duration);
  }, 120_000);
});
