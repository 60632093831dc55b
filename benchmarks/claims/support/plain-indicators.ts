/** The mean of the last values, by a plain loop over each window. */
export function plainSma(values: Float64Array, period: number): Float64Array {
  return values.map((_, end) => {
    if (end + 1 < period) return Number.NaN;
    let sum = 0;
    for (let i = end + 1 - period; i <= end; i++) sum += values[i] ?? 0;
    return sum / period;
  });
}

/** The exponential mean in one pass, as it is usually written; its first value is the plain mean. */
export function plainEma(values: Float64Array, period: number): Float64Array {
  const weight = 2 / (period + 1);
  let [sum, mean] = [0, Number.NaN];
  return values.map((value, i) => {
    if (i < period) sum += value;
    if (i === period - 1) mean = sum / period;
    else mean += weight * (value - mean);
    return mean;
  });
}

/** Wilder's relative strength in one pass, as it is usually written. */
export function plainRsi(values: Float64Array, period: number): Float64Array {
  let [gains, losses] = [0, 0];
  return values.map((value, i) => {
    const change = value - (values[i - 1] ?? value);
    const [gain, loss] = [Math.max(0, change), Math.max(0, -change)];
    // Sums at first, means from then on.
    const share = i <= period ? 1 : 1 / period;
    const rest = i <= period ? 1 : 1 - 1 / period;
    gains = gains * rest + gain * share;
    losses = losses * rest + loss * share;
    if (i < period) return Number.NaN;
    if (i === period) [gains, losses] = [gains / period, losses / period];
    return gains + losses === 0 ? 50 : (100 * gains) / (gains + losses);
  });
}
