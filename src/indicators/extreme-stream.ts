import { requireNumber, requirePushed } from '../rolling/arguments.js';
import { WindowExtreme } from '../rolling/window-extreme.js';
import { requirePeriod } from './arguments.js';

/** What the streaming minimum and maximum have in common: checks, and the amending of the newest value. */
export class ExtremeStream {
  readonly #owner: string;
  readonly #window: WindowExtreme;
  #isEmpty = true;

  constructor(owner: string, period: number, sign: 1 | -1) {
    this.#owner = owner;
    this.#window = new WindowExtreme(requirePeriod(owner, period), sign);
  }

  /** The newest result. */
  get value(): number {
    return this.#window.value;
  }

  /** Adds a value and returns the result. */
  push(value: number): number {
    requireNumber(this.#owner, 'value', value);
    this.#isEmpty = false;
    this.#window.append(value);
    return this.#window.value;
  }

  /** Replaces the newest value and returns the result. */
  amend(value: number): number {
    requirePushed(this.#owner, this.#isEmpty ? 0 : 1);
    requireNumber(this.#owner, 'value', value);
    this.#window.replace(value);
    return this.#window.value;
  }
}
