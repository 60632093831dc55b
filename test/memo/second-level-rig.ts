import type { Clock } from '../../src/core/clock.js';
import { VirtualClock } from '../../src/core/virtual-clock.js';
import { v8Codec } from '../../src/memo/codec.js';
import {
  type LoadTurn,
  SecondLevel,
  type SecondLevelSettings,
  type StoredResult,
} from '../../src/memo/second-level.js';
import { MemoryStore } from './memory-store.js';

/** Some moment of market time. */
export const START = Date.UTC(2024, 7, 8);

/** Several processes with one store, on one clock. */
export class Rig {
  readonly clock = new VirtualClock(START);
  readonly store = new MemoryStore(this.clock);
  readonly errors: { error: unknown; during: string }[] = [];

  /** The second level of one more process. */
  level(settings: Partial<SecondLevelSettings> = {}): SecondLevel {
    return new SecondLevel({
      name: 'quotes',
      version: '1',
      store: this.store,
      codec: v8Codec,
      storeTimeout: 50,
      lifetime: 600_000,
      clock: this.clock,
      ioClock: this.clock,
      report: (error, during) => this.errors.push({ error, during }),
      ...settings,
    });
  }

  /** A result stored now. */
  result(value: unknown, settings: Partial<StoredResult> = {}): StoredResult {
    return resultAt(this.clock, value, settings);
  }

  /** Lets what needs no time happen. */
  async settle(): Promise<void> {
    await this.clock.advance(0);
  }

  /** Waits for a promise while time goes on, in steps of a millisecond. */
  async resolved<T>(promise: Promise<T>, most = 60_000): Promise<{ value: T; took: number }> {
    const start = this.clock.now();
    const answers: { value: T; took: number }[] = [];
    const noted = promise.then((value) => answers.push({ value, took: this.clock.now() - start }));
    await this.settle();
    while (answers.length === 0 && this.clock.now() - start < most) await this.clock.advance(1);
    const [answer] = answers;
    if (answer === undefined) throw new Error(`no answer within ${most} ms`);
    await noted;
    return answer;
  }

  /** Loads a value through a level as a cache does, and waits until it is in the store. */
  async fill(level: SecondLevel, key: string | number, value: unknown, settings: Partial<StoredResult> = {}) {
    const turn = await turnOf(level, key);
    turn.store(this.result(value, settings));
    await level.idle();
  }
}

/** A result stored at the present of a clock, fresh for a minute. */
export function resultAt(clock: Clock, value: unknown, settings: Partial<StoredResult> = {}): StoredResult {
  const storedAt = clock.now();
  const freshUntil = settings.freshUntil ?? storedAt + 60_000;
  return {
    value,
    tags: [],
    loadTime: 5,
    storedAt,
    freshUntil,
    staleUntil: freshUntil,
    fallbackUntil: freshUntil,
    ...settings,
  };
}

/** The turn to load a key, which the store must not have. */
export async function turnOf(level: SecondLevel, key: string | number): Promise<LoadTurn> {
  const { turn } = await level.begin(key);
  if (turn === undefined) throw new Error('the store has it already');
  return turn;
}
