import type { SeriesRing } from 'tickwise/ring';

/** Columns of closed bars. */
export type Columns = { readonly close: 'f64'; readonly volume: 'f64' };

type Bars = SeriesRing<Columns>;

/** What a model reads. */
export interface Features {
  readonly mean: number;
  readonly deviation: number;
  readonly momentum: number;
  readonly volume: number;
}

/** Features of all closed bars of a ring. */
export function featuresOf(bars: Bars): Features {
  const closes = bars.window('close', bars.size);
  const mean = sumOf(closes) / closes.length;
  let squares = 0;
  for (const close of closes) squares += (close - mean) ** 2;
  const momentum = (closes[closes.length - 1] ?? mean) / (closes[0] ?? mean) - 1;
  const volume = sumOf(bars.window('volume', bars.size)) / bars.size;
  return { mean, deviation: Math.sqrt(squares / closes.length), momentum, volume };
}

/** A small network of one layer: from -1, sell, to 1, buy. */
export function predictOf({ mean, deviation, momentum, volume }: Features): number {
  let sum = 0;
  for (let neuron = 1; neuron <= 16; neuron++)
    sum += Math.tanh((neuron * momentum * 40 + (deviation / mean) * 10 - Math.log1p(volume)) / neuron) / 16;
  return sum;
}

/** What kind of market the bars show. */
export function regimeOf(bars: Bars): 'trend' | 'range' | 'storm' {
  const { mean, deviation, momentum } = featuresOf(bars);
  if (deviation / mean > 0.02) return 'storm';
  return Math.abs(momentum) > deviation / mean ? 'trend' : 'range';
}

/** Whether to act on a prediction. */
export function decisionOf(prediction: number, regime: string): 'buy' | 'sell' | 'wait' {
  const threshold = regime === 'storm' ? 0.5 : 0.2;
  if (Math.abs(prediction) < threshold) return 'wait';
  return prediction > 0 ? 'buy' : 'sell';
}

/** What one source says, and what it has been worth. */
export interface Opinion {
  readonly source: string;
  readonly direction: 1 | 0 | -1;
  readonly confidence: number;
}

/** Weights of the sources in a kind of market. */
const WEIGHTS = { trend: [0.5, 0.3, 0.2], range: [0.2, 0.5, 0.3], storm: [0.2, 0.2, 0.6] } as const;

/** What three sources say of a symbol: a trend, its reversal, and the volume. */
export function opinionsOf({ mean, deviation, momentum, volume }: Features): Opinion[] {
  const score = [momentum / (deviation / mean || 1), -momentum / (deviation / mean || 1), Math.log1p(volume) - 1];
  return ['trend', 'reversal', 'volume'].map((source, index) => {
    const value = Math.tanh(score[index] ?? 0);
    return { source, direction: value > 0.1 ? 1 : value < -0.1 ? -1 : 0, confidence: Math.abs(value) };
  });
}

/** The weighted direction of all opinions, from -1 to 1, and how many agree with it. */
export function consensusOf(
  opinions: readonly Opinion[],
  regime: keyof typeof WEIGHTS,
): { score: number; agree: number } {
  const weights = WEIGHTS[regime];
  let score = 0;
  opinions.forEach(({ direction, confidence }, index) => (score += direction * confidence * (weights[index] ?? 0)));
  return { score, agree: opinions.filter(({ direction }) => direction === Math.sign(score)).length };
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum;
}
