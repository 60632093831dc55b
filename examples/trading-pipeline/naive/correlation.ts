/** Closing prices and the grid they lie on. */
export interface PriceSeries {
  readonly values: readonly number[];
  readonly step: number;
}

/** Bars needed before a correlation means anything. */
const MIN_BARS = 50;

/**
 * Pearson's correlation of two price series from scratch, in whole steps since the first bar, so that all
 * sums are exact. NaN with too few bars or when one price has not moved.
 */
export function correlationOf(a: PriceSeries, b: PriceSeries): number {
  const n = a.values.length;
  if (n < MIN_BARS) return Number.NaN;
  const [x, y] = [stepsOf(a), stepsOf(b)];
  let [sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [u, v] = [x[i] ?? 0, y[i] ?? 0];
    sumX += u;
    sumY += v;
    sumXX += u * u;
    sumYY += v * v;
    sumXY += u * v;
  }
  const spreadX = n * sumXX - sumX * sumX;
  const spreadY = n * sumYY - sumY * sumY;
  if (spreadX === 0 || spreadY === 0) return Number.NaN;
  const correlation = (n * sumXY - sumX * sumY) / Math.sqrt(spreadX * spreadY);
  return Math.max(-1, Math.min(1, correlation));
}

function stepsOf({ values, step }: PriceSeries): number[] {
  const first = Math.round((values[0] ?? 0) / step);
  return values.map((value) => Math.round(value / step) - first);
}
