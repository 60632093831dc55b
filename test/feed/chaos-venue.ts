import type { VirtualClock } from 'tickwise/core';
import type { WebSocket } from 'ws';
import type { MemoryNetwork } from './memory-network.js';

/** What the venue does with the next requests: takes them, is deaf, takes them without an answer, or refuses topics. */
export type Mood = 'well' | 'deaf' | 'mute' | 'picky';

/** A venue of the test protocol that can be told to misbehave in any way at any time. */
export class ChaosVenue {
  readonly url = 'ws://chaos.test';
  mood: Mood = 'well';
  /** The topic a picky venue refuses. */
  disliked = '';
  /** Topics that each open connection has. */
  readonly wire = new Map<WebSocket, Set<string>>();
  readonly #clock: VirtualClock;
  #value = 0;

  constructor(network: MemoryNetwork, clock: VirtualClock) {
    this.#clock = clock;
    network.listen(this.url, { autoPong: false }).on('connection', (socket) => this.#welcome(socket));
  }

  /** Sends the next number of a topic on every connection that has it; returns it. */
  publish(topic: string): number {
    const value = ++this.#value;
    for (const [socket, topics] of this.wire) {
      if (topics.has(topic)) socket.send(JSON.stringify({ topic, value }));
    }
    return value;
  }

  /** Cuts a connection, the newest with -1. */
  cut(index: number): void {
    [...this.wire.keys()].at(index)?.terminate();
  }

  /** Announces the end of all connections, and ends them a minute later. */
  announceEnd(): void {
    for (const socket of this.wire.keys()) {
      socket.send(JSON.stringify({ ending: true }));
      this.#clock.setTimeout(() => socket.terminate(), 60_000);
    }
  }

  #welcome(socket: WebSocket): void {
    const topics = new Set<string>();
    this.wire.set(socket, topics);
    socket.on('close', () => this.wire.delete(socket));
    socket.on('ping', (data) => {
      if (this.mood !== 'deaf') socket.pong(data);
    });
    socket.on('message', (data: Buffer) => {
      if (this.mood === 'deaf') return;
      const { op, args, id } = JSON.parse(data.toString()) as { op: string; args: string[]; id: number };
      const error =
        op === 'subscribe' && this.mood === 'picky' && args.includes(this.disliked) ? 'no such topic' : undefined;
      for (const topic of error === undefined ? args : []) {
        if (op === 'subscribe') topics.add(topic);
        else topics.delete(topic);
      }
      if (this.mood !== 'mute') socket.send(JSON.stringify({ ack: id, error }));
    });
  }
}
