import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from 'tickwise/core';
import { AdaptiveScheduler, type RunReport } from 'tickwise/schedule';

/** Requests the server works on at once without slowing down. */
const CAPACITY = 20;
/** Milliseconds it takes for one. */
const LATENCY = 100;
/** Requests that the server takes in a second of its clock. */
const PER_SECOND = 190;

/** A venue on loopback: latency grows past its capacity, and what is above its rate gets a 429 with Retry-After. */
class HttpVenue {
  readonly #server: Server;
  #running = 0;
  #second = -1;
  #used = 0;
  /** Requests answered with 429. */
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

/** Asks a venue of its own for `count` answers, at a set concurrency or at one that adapts. */
export async function fetchAll(
  count: number,
  concurrency?: number,
): Promise<{ report: RunReport<number, Response>; refused: number }> {
  const venue = new HttpVenue();
  const url = await venue.listen();
  try {
    const scheduler = new AdaptiveScheduler(concurrency === undefined ? {} : { concurrency });
    const keys = Array.from({ length: count }, (_, index) => index);
    const report = await scheduler.run(keys, async (_, { signal }) => {
      const response = await fetch(url, { signal });
      await response.arrayBuffer();
      return response;
    });
    return { report, refused: venue.refused };
  } finally {
    await venue.close();
  }
}
