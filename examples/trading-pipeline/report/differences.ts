import type { BotResult } from '../bot/result.js';

/** What became different because a cache served results of nearly the same inputs. */
export interface Difference {
  /** Name of the cache. */
  readonly cache: string;
  /** What is counted. */
  readonly what: string;
  readonly total: number;
  readonly different: number;
}

/** Counts what is different, next to the cache that may change it; a change shows in every cache below it too. */
export function differencesOf(naive: BotResult, optimised: BotResult): Difference[] {
  const [signals, others] = [naive.signals, optimised.signals];
  const nameOf = ({ ts, symbol, model = '' }: { ts: number; symbol: string; model?: string }): string =>
    `${ts}|${symbol}|${model}`;
  const count = <Row extends { ts: number; symbol: string }>(
    cache: string,
    what: string,
    [rows, changed]: readonly [readonly Row[], readonly Row[]],
    valueOf: (row: Row) => unknown,
  ): Difference => {
    const values = new Map(changed.map((row) => [nameOf(row), valueOf(row)]));
    const different = rows.filter((row) => !Object.is(values.get(nameOf(row)), valueOf(row))).length;
    return { cache, what, total: rows.length, different };
  };
  return [
    count('features', 'signals of another strength', [signals, others], ({ strength }) => strength),
    count('predictions', 'signals to do something else', [signals, others], ({ action }) => action),
    count('regime', 'signals in another regime', [signals, others], ({ regime }) => regime),
    count(
      'decisions',
      'decisions to do something else',
      [naive.decisions, optimised.decisions],
      ({ action }) => action,
    ),
    count(
      'reasoning',
      'explanations in other words',
      [naive.told?.reasons ?? [], optimised.told?.reasons ?? []],
      ({ text }) => text,
    ),
  ];
}
