import type { VirtualClock } from 'tickwise/core';
import type { WebSocket } from 'ws';
import type { MemoryNetwork } from './memory-network.js';

export type Cause = 'idle' | 'arguments' | 'rate' | 'outside';

/** What the venue cuts a connection for. */
export interface Rules {
  /** How long a client may be silent, in milliseconds; asked for each connection. */
  readonly idleCutOff: () => number;
  /** Most topics in one request. */
  readonly topicsPerRequest: number;
  /** Most messages of a client in any second. */
  readonly messagesPerSecond: number;
}

export const PUNISHER = 'ws://punisher.test';

/**
 * A venue that speaks Bybit's V5 spot language and closes the connection of a client that is silent for too long, asks
 * for too much at once or talks too fast.
 */
export class PunishingVenue {
  /** Every connection that was ended, and why. */
  readonly cut: Cause[] = [];
  /** When each connection was opened, in milliseconds of the clock. */
  readonly opened: number[] = [];
  /** Topics asked for in requests that were accepted, over all connections. */
  accepted = 0;
  /** Sent for each topic, over all connections. */
  sent = 0;
  readonly #clients = new Map<WebSocket, Set<string>>();
  readonly #clock: VirtualClock;
  readonly #rules: Rules;

  constructor(network: MemoryNetwork, clock: VirtualClock, rules: Rules) {
    this.#clock = clock;
    this.#rules = rules;
    network.listen(PUNISHER).on('connection', (socket) => this.#welcome(socket));
  }

  /** Topics that are subscribed now. */
  get subscribed(): number {
    return [...this.#clients.values()].reduce((sum, topics) => sum + topics.size, 0);
  }

  /** Sends a trade of every topic to whoever has subscribed to it. */
  tick(): void {
    const now = this.#clock.now();
    for (const [socket, topics] of this.#clients) {
      for (const topic of topics) {
        this.sent++;
        const row = { T: now, s: topic, S: 'Buy', v: '1', p: '1', i: `${topic}-${now}` };
        socket.send(JSON.stringify({ topic, type: 'snapshot', ts: now, data: [row] }));
      }
    }
  }

  #welcome(socket: WebSocket): void {
    this.opened.push(this.#clock.now());
    this.#clients.set(socket, new Set());
    const patience = this.#rules.idleCutOff();
    const times: number[] = [];
    let idle = this.#clock.setTimeout(() => this.#cut(socket, 'idle'), patience);
    socket.on('message', (data: Buffer) => {
      idle.cancel();
      idle = this.#clock.setTimeout(() => this.#cut(socket, 'idle'), patience);
      times.push(this.#clock.now());
      while ((times[0] ?? Infinity) <= this.#clock.now() - 1_000) times.shift();
      if (times.length > this.#rules.messagesPerSecond) this.#cut(socket, 'rate');
      else this.#answer(socket, JSON.parse(data.toString()) as Request);
    });
    socket.on('close', () => {
      idle.cancel();
      this.#clients.delete(socket);
    });
  }

  #answer(socket: WebSocket, { op, req_id, args = [] }: Request): void {
    if (op === 'ping') {
      socket.send(JSON.stringify({ success: true, ret_msg: 'pong', op, req_id }));
      return;
    }
    if (args.length > this.#rules.topicsPerRequest) {
      socket.send(
        JSON.stringify({ success: false, ret_msg: `args size >${this.#rules.topicsPerRequest}`, op, req_id }),
      );
      this.#cut(socket, 'arguments');
      return;
    }
    for (const topic of args) this.#clients.get(socket)?.add(topic);
    this.accepted += args.length;
    socket.send(JSON.stringify({ success: true, ret_msg: '', op, req_id }));
  }

  #cut(socket: WebSocket, cause: Cause): void {
    if (!this.#clients.delete(socket)) return;
    this.cut.push(cause);
    socket.close(1_008, cause);
  }
}

interface Request {
  readonly op: string;
  readonly req_id?: string;
  readonly args?: readonly string[];
}

/** How a client of a fixed habit behaves. Times in milliseconds. */
export interface Habits {
  readonly topicsPerRequest: number;
  readonly requestDelay: number;
  readonly pingInterval: number;
  readonly reconnectDelay: number;
}

/** The client as bots have it before anything is done about it: fixed chunks, delays and pings, and all of it anew after a loss. */
export class HabitualClient {
  reconnects = 0;
  readonly #socketClass: typeof WebSocket;
  readonly #clock: VirtualClock;
  readonly #topics: readonly string[];
  readonly #habits: Habits;

  constructor(socketClass: typeof WebSocket, clock: VirtualClock, topics: readonly string[], habits: Habits) {
    this.#socketClass = socketClass;
    this.#clock = clock;
    this.#topics = topics;
    this.#habits = habits;
    this.#connect();
  }

  #connect(): void {
    const { pingInterval, reconnectDelay } = this.#habits;
    const socket = new this.#socketClass(PUNISHER);
    const send = (message: object): void => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    };
    let [pings, requests] = [this.#clock.setTimeout(nothing, 0), this.#clock.setTimeout(nothing, 0)];
    const pingLater = (): void => {
      pings = this.#clock.setTimeout(() => {
        send({ op: 'ping' });
        pingLater();
      }, pingInterval);
    };
    const askFrom = (start: number): void => {
      if (start >= this.#topics.length) return;
      const end = start + this.#habits.topicsPerRequest;
      send({ op: 'subscribe', args: this.#topics.slice(start, end) });
      requests = this.#clock.setTimeout(() => askFrom(end), this.#habits.requestDelay);
    };
    socket.on('error', nothing);
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
      }, reconnectDelay);
    });
  }
}

function nothing(): void {
  // Nothing is to be done yet.
}
