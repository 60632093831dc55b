import { requireNumber, requirePushed } from '../rolling/arguments.js';
import { WindowMoments } from '../rolling/window-moments.js';
import { requirePeriod } from './arguments.js';

/**
 * What the streaming classes over mean and spread have in common: checks, and the amending of the newest value.
 *
 * One class for all kernels would read shorter still, but every call would go through one call site that sees them
 * all, which costs some 50 ns once a bot uses five indicators (Node 20). Here there is one kernel.
 */
export class MomentsStream {
  /** The newest values. */
  readonly window: WindowMoments;
  readonly #owner: string;
  #isEmpty = true;

  constructor(owner: string, period: number) {
    this.#owner = owner;
    this.window = new WindowMoments(requirePeriod(owner, period));
  }

  /** Adds a value. */
  push(value: number): void {
    requireNumber(this.#owner, 'value', value);
    this.#isEmpty = false;
    this.window.append(value);
  }

  /** Replaces the newest value. */
  amend(value: number): void {
    requirePushed(this.#owner, this.#isEmpty ? 0 : 1);
    requireNumber(this.#owner, 'value', value);
    this.window.replace(value);
  }
}
