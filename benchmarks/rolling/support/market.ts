/** Symbols of the benchmarks. */
export const SYMBOLS = 1_000;
/** Bars in the window. */
export const WINDOW = 500;
/** Bars that are made, and pushed again and again. */
export const BARS = 1_024;
/** Pairs of symbols. */
export const PAIRS = (SYMBOLS * (SYMBOLS - 1)) / 2;

/** Names of so many symbols. */
export function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `S${index}`);
}

const made = new Map<number, readonly Float64Array[]>();

/** Prices that walk together, to the cent: always the same. */
export function makeBars(symbols: number): readonly Float64Array[] {
  const bars = made.get(symbols) ?? walk(symbols);
  made.set(symbols, bars);
  return bars;
}

function walk(symbols: number): Float64Array[] {
  let state = 5;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const last = new Float64Array(symbols).fill(100);
  return Array.from({ length: BARS }, () => {
    const common = random() - 0.5;
    // Drawn back to 100: walks that drift away would need their anchors moved more often than prices do.
    last.forEach((price, index) => {
      last[index] = Math.round((price + (100 - price) / 64 + common + random() - 0.5) * 100) / 100;
    });
    return last.slice();
  });
}

/** Mean of all correlations, to nine digits: what contenders must agree on. */
export function digestOf(bars: readonly Float64Array[]): number {
  const size = bars[0]?.length ?? 0;
  const rows = Array.from({ length: size }, (_, symbol) => standardised(bars.map((bar) => bar[symbol] ?? NaN)));
  const total = new Float64Array(bars.length);
  // The sum of all correlations is the square of the summed rows.
  for (const row of rows) row.forEach((value, index) => (total[index] = (total[index] ?? 0) + value));
  const all = total.reduce((sum, value) => sum + value * value, 0);
  return rounded((all - size) / (size * (size - 1)));
}

/** To nine digits. */
export function rounded(value: number): number {
  return Number(value.toFixed(9));
}

/** The newest bars after so many pushes of `bars` again and again. */
export function newest(bars: readonly Float64Array[], pushes: number): Float64Array[] {
  const count = Math.min(WINDOW, pushes);
  return Array.from(
    { length: count },
    (_, index) => bars[(pushes - count + index) % bars.length] ?? new Float64Array(),
  );
}

function standardised(values: readonly number[]): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviations = Float64Array.from(values, (value) => value - mean);
  const root = Math.sqrt(deviations.reduce((sum, value) => sum + value * value, 0));
  return deviations.map((value) => value / root);
}
