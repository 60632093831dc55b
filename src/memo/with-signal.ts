import type { UncheckedCallback } from './memo-settings.js';

/** The arguments with a signal behind them, in its parameter's place when optional arguments before it are missing. */
export function withSignal(fn: UncheckedCallback, args: readonly unknown[], signal: AbortSignal): unknown[] {
  const list = [...args];
  while (list.length < fn.length - 1) list.push(undefined);
  return [...list, signal];
}
