import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { type SourceBench, sourceContract } from 'tickwise/hub/testing';
import { type FakeVenue, type ReceivedRequest, scene, type TestEvent } from './fake-venue.js';

const REFUSED = 'no.such';

/** What a venue sends to whom: it takes every topic but one, and forgets a connection with all it had. */
class Subscriptions {
  readonly #bySocket = new Map<WebSocket, Set<string>>();

  constructor(venue: FakeVenue) {
    venue.answer = (request, socket) => this.#answer(request, socket);
  }

  count(topic: string): number {
    return this.#having(topic).length;
  }

  send(topic: string, number: number): void {
    for (const socket of this.#having(topic)) socket.send(JSON.stringify({ topic, value: number }));
  }

  /** Cuts all connections without a word. */
  interrupt(): void {
    for (const socket of this.#bySocket.keys()) socket.terminate();
    this.#bySocket.clear();
  }

  #having(topic: string): WebSocket[] {
    return [...this.#bySocket].filter(([, topics]) => topics.has(topic)).map(([socket]) => socket);
  }

  #answer({ op, args, id }: ReceivedRequest, socket: WebSocket): void {
    if (args.includes(REFUSED)) {
      socket.send(JSON.stringify({ ack: id, error: 'unknown topic' }));
      return;
    }
    const topics = this.#bySocket.get(socket) ?? new Set();
    this.#bySocket.set(socket, topics);
    for (const topic of args) {
      if (op === 'subscribe') topics.add(topic);
      else topics.delete(topic);
    }
    socket.send(JSON.stringify({ ack: id }));
  }
}

async function openBench(): Promise<SourceBench> {
  const stage = await scene();
  const { pool, venue, clock } = stage;
  const subscriptions = new Subscriptions(venue);
  return {
    source: pool,
    topics: ['tickers.BTCUSDT', 'tickers.ETHUSDT'],
    refused: REFUSED,
    send: (topic, number) => subscriptions.send(topic, number),
    // The source's own events come back out of the suite.
    numberOf: (value) => (value as TestEvent).items[0] ?? Number.NaN,
    subscriptions: (topic) => subscriptions.count(topic),
    interrupt: () => subscriptions.interrupt(),
    passTime: (ms) => clock.advance(ms),
    async close() {
      await stage[Symbol.asyncDispose]();
    },
  };
}

describe('a pool of WebSockets', () => {
  it.each(sourceContract)('$title', async ({ run }) => {
    await expect(run(openBench)).resolves.toBeUndefined();
  });
});
