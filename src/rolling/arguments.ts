import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';

/**
 * Refuses whatever is not a number. NaN and the infinities pass: they are gaps.
 * @throws ArgumentError that names the argument.
 */
export function requireNumber(owner: string, name: string, value: unknown): void {
  if (typeof value !== 'number') throw new ArgumentError(`${owner}: ${name} must be a number, got ${show(value)}`);
}

/**
 * Refuses to amend before anything was pushed.
 * @throws ArgumentError
 */
export function requirePushed(owner: string, pushed: number): void {
  if (pushed === 0) throw new ArgumentError(`${owner}: amend needs a value to replace; push one first`);
}
