import type { VirtualClock } from 'tickwise/core';
import type { WebSocket } from 'ws';
import type { MemoryNetwork } from './memory-network.js';

/** Milliseconds between two ticks of every topic. */
const PERIOD = 500;
/** Ticks that are sent again to who subscribes. */
const RESENT = 120;

/** A venue of the test protocol whose topics count, and which sends the last ticks again to who subscribes. */
export class NumberedVenue {
  readonly url = 'ws://numbered.test';
  readonly topics: readonly string[];
  /** When each connection was opened, in milliseconds of the clock. */
  readonly opened: number[] = [];
  /** Most connections that were open together. */
  mostOpen = 0;
  /** The newest tick. */
  last = -1;
  /** Neither answers nor sends, pongs included. */
  isSilent = false;
  readonly #clock: VirtualClock;
  readonly #clients = new Map<WebSocket, Set<string>>();

  constructor(network: MemoryNetwork, clock: VirtualClock, topics: number) {
    this.#clock = clock;
    this.topics = Array.from({ length: topics }, (_, index) => `t${index}`);
    network.listen(this.url, { autoPong: false }).on('connection', (socket) => this.#welcome(socket));
    this.#tick();
  }

  /** Cuts every connection without a handshake, as a proxy between does. */
  cutAll(): void {
    for (const socket of this.#clients.keys()) socket.terminate();
  }

  #tick(): void {
    this.#clock.setTimeout(() => {
      this.last++;
      for (const [socket, topics] of this.#clients) for (const topic of topics) this.#send(socket, topic, this.last);
      this.#tick();
    }, PERIOD);
  }

  #welcome(socket: WebSocket): void {
    this.opened.push(this.#clock.now());
    this.#clients.set(socket, new Set());
    this.mostOpen = Math.max(this.mostOpen, this.#clients.size);
    socket.on('close', () => this.#clients.delete(socket));
    socket.on('ping', (data) => {
      if (!this.isSilent) socket.pong(data);
    });
    socket.on('message', (data: Buffer) => {
      if (this.isSilent) return;
      const { args, id, op } = JSON.parse(data.toString()) as { args: string[]; id: number; op: string };
      socket.send(JSON.stringify({ ack: id }));
      for (const topic of op === 'subscribe' ? args : []) {
        this.#clients.get(socket)?.add(topic);
        for (let value = Math.max(0, this.last - RESENT); value <= this.last; value++) this.#send(socket, topic, value);
      }
    });
  }

  #send(socket: WebSocket, topic: string, value: number): void {
    if (!this.isSilent) socket.send(JSON.stringify({ topic, value }));
  }
}
