import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { VirtualClock } from 'tickwise/core';
import {
  defineProtocol,
  type FeedEventOf,
  FeedPool,
  type FeedPoolOptions,
  type FeedProtocol,
  type Incoming,
  type ProtocolDefinition,
} from 'tickwise/feed';
import { Journal } from './journal.js';

/** A frame of the test protocol as the venue receives it. */
export interface ReceivedRequest {
  readonly connection: number;
  readonly op: string;
  readonly args: readonly string[];
  readonly id: number;
  /** Time of the test's clock. */
  readonly at: number;
  readonly bytes: number;
  readonly raw: Readonly<Record<string, unknown>>;
}

export type TestEvent = FeedEventOf<'test', number>;

/** What the venue does with a request; the default accepts it. */
export type Answer = (request: ReceivedRequest, socket: WebSocket) => void;

/** A venue on 127.0.0.1 that speaks the test protocol and does what a test tells it to. */
export class FakeVenue {
  readonly requests = new Journal<ReceivedRequest>();
  readonly connections = new Journal<WebSocket>();
  readonly pings = new Journal<number>();
  readonly pongs = new Journal<number>();
  readonly closes = new Journal<number>();
  answer: Answer = accept;
  readonly #server: WebSocketServer;
  readonly #clock: VirtualClock;

  private constructor(server: WebSocketServer, clock: VirtualClock) {
    this.#server = server;
    this.#clock = clock;
    server.on('connection', (socket) => this.#welcome(socket));
  }

  static async start(clock = new VirtualClock(), port = 0): Promise<FakeVenue> {
    const server = new WebSocketServer({ host: '127.0.0.1', port });
    await new Promise((resolve) => server.once('listening', resolve));
    return new FakeVenue(server, clock);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // A listening TCP server has such an address.
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** The newest connection. */
  get socket(): WebSocket {
    const socket = this.connections.last;
    if (socket === undefined) throw new Error('nobody has connected');
    return socket;
  }

  /** Sends a frame on the newest connection. */
  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribed(): string[] {
    return this.requests.entries.filter(({ op }) => op === 'subscribe').flatMap(({ args }) => args);
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #welcome(socket: WebSocket): void {
    const connection = this.connections.entries.length;
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      const raw = JSON.parse(text) as { op: string; args: string[]; id: number };
      const { op, args, id } = raw;
      const request = { connection, op, args, id, at: this.#clock.now(), bytes: data.length, raw };
      if (op === 'ping') this.pings.add(request.at);
      else {
        this.requests.add(request);
        this.answer(request, socket);
      }
    });
    socket.on('ping', () => this.pings.add(this.#clock.now()));
    socket.on('pong', () => this.pongs.add(this.#clock.now()));
    socket.on('close', (code) => this.closes.add(code));
    this.connections.add(socket);
  }
}

export function accept(request: ReceivedRequest, socket: WebSocket): void {
  socket.send(JSON.stringify({ ack: request.id }));
}

export function ignore(): void {
  // Some venues drop a request without a word.
}

/** `{ op, args, id }` out; `{ ack, error? }`, `{ topic, value }`, `{ pong }`, `{ ping }` in. */
export function testProtocol(overrides: Partial<ProtocolDefinition<TestEvent>> = {}): FeedProtocol<TestEvent> {
  return defineProtocol<TestEvent>({
    name: 'test-venue',
    url: 'ws://127.0.0.1:1',
    heartbeat: { every: Infinity },
    request: (op, args, id) => JSON.stringify({ op, args, id }),
    read: readTestFrame,
    ...overrides,
  });
}

export function readTestFrame(message: unknown): Incoming<TestEvent> {
  const frame = message as Record<string, unknown>;
  if (typeof frame['topic'] === 'string') return { type: 'event', event: testEvent(frame['topic'], frame) };
  if (typeof frame['ack'] === 'number') return { type: 'ack', id: frame['ack'], error: frame['error'] as string };
  if ('answer' in frame) return { type: 'ack', ...(frame['answer'] as object) };
  if ('pong' in frame) return { type: 'alive' };
  if ('ping' in frame) return { type: 'ping', reply: JSON.stringify({ op: 'pong', args: [], id: 0 }) };
  return { type: 'unknown' };
}

function testEvent(topic: string, raw: Record<string, unknown>): TestEvent {
  return { kind: 'test', topic, symbol: topic, ts: 0, items: [raw['value'] as number], raw };
}

/** A venue, a pool that talks to it and a clock for both; ended by `await using`. */
export interface Scene extends AsyncDisposable {
  readonly venue: FakeVenue;
  readonly pool: FeedPool<TestEvent>;
  readonly clock: VirtualClock;
  readonly errors: Journal<{ error: unknown; where: string; topic: string | undefined }>;
  /** Frames the protocol did not know, but for those of `flush`. */
  readonly unknown: unknown[];
  /** Waits until the pool has read everything sent so far on the newest connection. */
  flush(): Promise<void>;
}

export async function scene(
  options: Partial<FeedPoolOptions<TestEvent>> = {},
  protocol: Partial<ProtocolDefinition<TestEvent>> = {},
): Promise<Scene> {
  const clock = new VirtualClock(1_000_000);
  const venue = await FakeVenue.start(clock);
  const errors: Scene['errors'] = new Journal();
  const unknown: unknown[] = [];
  const flushes = new Journal<unknown>();
  const pool = new FeedPool<TestEvent>({
    protocol: testProtocol({ ...protocol, url: venue.url }),
    ioClock: clock,
    random: () => 0.5,
    onError: (error, { where, topic }) => errors.add({ error, where, topic }),
    onUnknown: (message) => {
      if (isFlush(message)) flushes.add(message);
      else unknown.push(message);
    },
    ...options,
  });
  return {
    venue,
    pool,
    clock,
    errors,
    unknown,
    async flush() {
      const count = flushes.entries.length + 1;
      venue.send({ flush: count });
      await flushes.atLeast(count);
    },
    async [Symbol.asyncDispose]() {
      await pool.close();
      await venue.close();
    },
  };
}

function isFlush(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'flush' in message;
}
