import type { VirtualClock } from 'tickwise/core';
import { WebSocket } from 'ws';
import type { QuietNetwork } from './quiet-network.js';

const HOST = 'strict.test';
export const STRICT = `ws://${HOST}`;

/** Most topics in one request, and messages of a client in any second. */
const MOST_TOPICS = 10;
const MOST_MESSAGES = 20;
/** A client may be silent for so long at least, and so much longer at most, in milliseconds. */
const PATIENCE = { least: 20_000, more: 25_000 };
/** When the network fails: once while topics are still being subscribed to, in milliseconds, and in parts of an hour. */
const FAILURES = { first: 2_000, more: 3, from: 0.05, until: 0.95, hour: 3_600_000 };
/** How often the network fails in an hour. */
export const FAILURES_PER_HOUR = 1 + FAILURES.more;

interface Request {
  readonly op: string;
  readonly req_id?: string;
  readonly args?: readonly string[];
}

/**
 * A venue that speaks as much of Bybit V5 as subscribing takes, and closes the connection of a client that is silent
 * for too long, asks for too much at once or talks too fast. The network fails a few times in its first hour, and ends
 * every connection then.
 */
export class StrictVenue {
  /** Connections that it has closed, without those that the network ended. */
  cuts = 0;
  /** Topics subscribed to, over all open connections. */
  get subscribed(): number {
    return [...this.#clients.values()].reduce((sum, topics) => sum + topics.size, 0);
  }

  readonly #clock: VirtualClock;
  readonly #random: () => number;
  readonly #clients = new Map<WebSocket, Set<string>>();

  constructor(network: QuietNetwork, clock: VirtualClock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
    network.listen(HOST).on('connection', (socket) => this.#welcome(socket));
    clock.setTimeout(() => this.#fail(), FAILURES.first);
    for (let failure = 0; failure < FAILURES.more; failure++) {
      const part = FAILURES.from + (FAILURES.until - FAILURES.from) * random();
      clock.setTimeout(() => this.#fail(), part * FAILURES.hour);
    }
  }

  #fail(): void {
    for (const socket of this.#clients.keys()) socket.terminate();
  }

  #welcome(socket: WebSocket): void {
    const topics = new Set<string>();
    this.#clients.set(socket, topics);
    const patience = PATIENCE.least + PATIENCE.more * this.#random();
    const cut = (): void => {
      if (!this.#clients.delete(socket)) return;
      this.cuts++;
      socket.terminate();
    };
    let idle = this.#clock.setTimeout(cut, patience);
    let times: number[] = [];
    socket.on('message', (data: Buffer) => {
      idle.cancel();
      idle = this.#clock.setTimeout(cut, patience);
      const now = this.#clock.now();
      times = [...times.filter((time) => time > now - 1_000), now];
      // Only clients of this claim connect.
      const { op, req_id, args = [] } = JSON.parse(data.toString()) as Request;
      if (times.length > MOST_MESSAGES || args.length > MOST_TOPICS) return cut();
      for (const topic of args) topics.add(topic);
      socket.send(JSON.stringify({ success: true, ret_msg: op === 'ping' ? 'pong' : '', op, req_id }));
    });
    socket.on('close', () => {
      idle.cancel();
      this.#clients.delete(socket);
    });
  }
}

/** What the bot of the document was set to: topics of a request, and milliseconds. */
const HABITS = { topicsPerRequest: 10, requestDelay: 500, reconnectDelay: 10_000 };

/** A client with those habits, that pings as often as it is told, in milliseconds. */
export class HabitualClient {
  reconnects = 0;
  readonly #clock: VirtualClock;
  readonly #topics: readonly string[];
  readonly #pingInterval: number;

  constructor(clock: VirtualClock, topics: readonly string[], pingInterval: number) {
    this.#pingInterval = pingInterval;
    this.#clock = clock;
    this.#topics = topics;
    this.#connect();
  }

  #connect(): void {
    const socket = new WebSocket(STRICT);
    const send = (message: object): void => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    };
    const idle = (): void => undefined;
    let [pings, requests] = [this.#clock.setTimeout(idle, 0), this.#clock.setTimeout(idle, 0)];
    const pingLater = (): void => {
      pings = this.#clock.setTimeout(() => {
        send({ op: 'ping' });
        pingLater();
      }, this.#pingInterval);
    };
    const askFrom = (start: number): void => {
      if (start >= this.#topics.length) return;
      const end = start + HABITS.topicsPerRequest;
      send({ op: 'subscribe', args: this.#topics.slice(start, end) });
      requests = this.#clock.setTimeout(() => askFrom(end), HABITS.requestDelay);
    };
    socket.on('error', idle);
    socket.on('open', () => {
      pingLater();
      askFrom(0);
    });
    socket.on('close', () => {
      pings.cancel();
      requests.cancel();
      this.#clock.setTimeout(() => {
        this.reconnects++;
        this.#connect();
      }, HABITS.reconnectDelay);
    });
  }
}
