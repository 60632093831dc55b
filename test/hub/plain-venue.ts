import { VirtualClock, type TopicSource, type TopicStatus } from 'tickwise/core';
import type { SourceBench } from 'tickwise/hub/testing';

/** One thing that a wrong source does. */
export type Fault =
  | 'twice'
  | 'everywhere'
  | 'reversed'
  | 'no end'
  | 'talks on'
  | 'two'
  | 'no function'
  | 'quiet'
  | 'repeats'
  | 'revives';

interface Line {
  readonly topic: string;
  readonly emit: (value: number) => void;
  readonly notify: (status: TopicStatus) => void;
  isEnded: boolean;
}

/** A venue and its source in one object, without any wire; `fault` makes it a wrong one. */
export class PlainVenue {
  readonly #fault: Fault | undefined;
  readonly #lines = new Set<Line>();
  readonly #clock = new VirtualClock();
  #held: (() => void) | undefined;
  #last = 0;

  constructor(fault?: Fault) {
    this.#fault = fault;
  }

  bench(): SourceBench {
    const source: TopicSource<Record<string, number>> = { subscribe: (...args) => this.#subscribe(...args) };
    return {
      source,
      topics: ['a', 'b'],
      refused: 'none',
      send: (topic, number) => this.#send(topic, number),
      numberOf: Number,
      subscriptions: (topic) => this.#count(topic),
      interrupt: () => this.#interrupt(),
      passTime: (ms) => this.#clock.advance(ms * (this.#fault === undefined ? 1 : 100)),
      close: async () => {},
    };
  }

  async #subscribe(topic: string, emit: Line['emit'], notify: Line['notify']): Promise<() => void> {
    if (topic === 'none') throw new Error('refused');
    const line = { topic, emit, notify, isEnded: false };
    this.#lines.add(line);
    // A source without types.
    if (this.#fault === 'no function') return undefined as never;
    return () => {
      line.isEnded = true;
      if (this.#fault !== 'no end' && this.#fault !== 'talks on') this.#lines.delete(line);
    };
  }

  #count(topic: string): number {
    const count = [...this.#lines].filter((line) => line.topic === topic && !this.#isSilent(line)).length;
    return this.#fault === 'two' ? count * 2 : count;
  }

  /** Ended, and the venue knows. */
  #isSilent({ isEnded }: Line): boolean {
    return isEnded && this.#fault !== 'no end' && this.#fault !== 'revives';
  }

  #send(topic: string, number: number): void {
    this.#last = number;
    for (const line of this.#lines) {
      if (line.topic !== topic && this.#fault !== 'everywhere') continue;
      if (line.isEnded && this.#fault !== 'talks on') continue;
      this.#emit(line, number);
    }
  }

  #emit(line: Line, number: number): void {
    if (this.#fault === 'reversed' && this.#held === undefined) {
      this.#held = () => line.emit(number);
      return;
    }
    line.emit(number);
    if (this.#fault === 'twice') line.emit(number);
    this.#held?.();
    this.#held = undefined;
  }

  #interrupt(): void {
    const lost = [...this.#lines].filter(({ isEnded }) => !isEnded);
    this.#lines.clear();
    if (this.#fault !== 'quiet') for (const line of lost) line.notify({ type: 'failed', error: new Error('lost') });
    this.#clock.setTimeout(() => {
      for (const line of lost) {
        if (line.isEnded && this.#fault !== 'revives') continue;
        this.#lines.add(line);
        line.notify({ type: 'live' });
        if (this.#fault === 'repeats') line.emit(this.#last - 1);
      }
    }, 100);
  }
}
