// A value that may have changed is compared with what it held when it was serialised. That is exact when two things
// hold. First, the text belongs to what was recorded: so the value is read once, into a copy, and the text is made of
// the copy; a getter that gives another value each time cannot come between. Second, the comparison reads what
// JSON.stringify would read, in its order: `toJSON` of each object, own enumerable names in their order, and values.
//
// Whatever runs code of its own or has a hidden value is not recorded: then the value is serialised anew each time.
import { Held } from './held.js';
import { match } from './match.js';

/** What a value held when it was recorded. */
export class Snapshot {
  readonly #tape: unknown[];

  constructor(tape: unknown[]) {
    this.#tape = tape;
  }

  /** Values recorded. */
  get length(): number {
    return this.#tape.length;
  }

  /** How it tells that a value is the same. */
  get by(): 'key' | 'frozen' | 'comparison' {
    const [first] = this.#tape;
    return first instanceof Held ? first.by : 'comparison';
  }

  /** Whether `JSON.stringify` would give the same text for a value as for the one recorded. */
  matches(value: unknown): boolean {
    return match(this.#tape, 0, value) >= 0;
  }
}
