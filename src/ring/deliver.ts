import type { Callback } from '../core/callback.js';
import type { FailureReporter } from '../core/failures.js';

/** Where a callback of a `BarBuilder` or `BarAligner` failed. */
export interface BarErrorContext {
  /** The callback. */
  readonly during: 'onBar' | 'onRow' | 'onAmend' | 'onLate';
  /** The time it was called for, in epoch milliseconds: of the bar, the row, or what came late. */
  readonly ts: number;
}

/** Calls back, if there is somebody to call. What the callback throws or rejects with goes to `failures`. */
export function deliver<Arguments extends readonly unknown[]>(
  failures: FailureReporter<BarErrorContext>,
  context: BarErrorContext,
  callback: Callback<Arguments> | undefined,
  ...args: Arguments
): void {
  try {
    failures.watch(callback?.(...args), context);
  } catch (error) {
    failures.report(error, context);
  }
}
