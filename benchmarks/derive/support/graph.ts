import type { Instance } from '../../runner/contract.js';

/** Symbols of the graph. */
export const SYMBOLS = 1_000;
/** Nodes computed from each symbol's input. */
export const DERIVED = 10;
/** Symbols per total. */
export const GROUP = 50;

/** Which input operation i changes; the stride visits all of them. */
export function symbolOf(i: number): number {
  return (i * 7_919) % SYMBOLS;
}

/** What a symbol's nodes come to, rounded down so that most changes end there. */
export function leafOf(sum: number): number {
  return Math.floor(sum / 1e6);
}

/** The totals after so many changes, the obvious way. */
export function totalsAfter(operations: number): number[] {
  const inputs = Array.from({ length: SYMBOLS }, (_, i) => i);
  for (let i = 0; i < operations; i++) inputs[symbolOf(i)] = i + 1;
  return totalsOf(inputs);
}

/** Everything computed from all inputs. */
export function totalsOf(inputs: ArrayLike<number>): number[] {
  const totals: number[] = [];
  for (let start = 0; start < SYMBOLS; start += GROUP) {
    let total = 0;
    for (let symbol = start; symbol < start + GROUP; symbol++) {
      let sum = 0;
      for (let derived = 1; derived <= DERIVED; derived++) sum += (inputs[symbol] ?? 0) * derived;
      total += leafOf(sum);
    }
    totals.push(total);
  }
  return totals;
}

/** An instance that changes one input per operation; the answer is all totals. */
export function changes(change: (symbol: number, value: number) => void, totals: () => number[]): Instance {
  let done = 0;
  return {
    run(operations) {
      for (const end = done + operations; done < end; done++) change(symbolOf(done), done + 1);
    },
    answer: totals,
  };
}
