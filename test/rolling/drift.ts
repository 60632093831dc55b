import { RollingCorrelation } from 'tickwise/rolling';
import { seeded } from './naive.js';

/** Prices on a grid of 1e-4: around 1e5 with a spread of 1e-2, a random walk, or the first with rare outliers. */
export type DriftKind = 'big' | 'walk' | 'spike';

/** What a long run of one kind found. */
export interface DriftReport {
  readonly checks: number;
  /** Largest error of floats against exact arithmetic on whole ticks. */
  readonly worst: number;
  /** Largest error of floats against exact arithmetic on the doubles pushed. */
  readonly worstOfDoubles: number;
  /** Checks at which that error exceeded `errorBound()`. */
  readonly beyondBound: number;
  readonly notFinite: number;
  /** Checks at which ticks differed by a bit from the plain formula, or were not flagged while kept as floats. */
  readonly inexactTicks: number;
}

const TICK = 1e-4;

/** Runs `updates` bars of two symbols through float mode and tick mode, with exact checks on the way. */
export function measureDrift(
  kind: DriftKind,
  updates: number,
  window: number,
  checkEvery: number,
  exact: {
    readonly ofTicks: (x: readonly number[], y: readonly number[]) => number;
    readonly ofDoubles: (x: readonly number[], y: readonly number[]) => number;
  },
): DriftReport {
  const next = generator(kind);
  const floats = new RollingCorrelation({ symbols: ['x', 'y'], window });
  const ticks = new RollingCorrelation({ symbols: ['x', 'y'], window, tickSize: TICK });
  const bars: (readonly [number, number])[] = [];
  const report = { checks: 0, worst: 0, worstOfDoubles: 0, beyondBound: 0, notFinite: 0, inexactTicks: 0 };
  for (let bar = 0; bar < updates; bar++) {
    const [x, y] = next(bar);
    bars.push([x, y]);
    if (bars.length > 2 * window) bars.splice(0, bars.length - window);
    const prices = [x / 1e4, y / 1e4];
    floats.push(prices);
    ticks.push(prices);
    const afterSpike = bar % 50_000 > 25_000 && bar % 50_000 < 25_003 + window;
    if (bar < window || (bar % checkEvery !== 0 && !(kind === 'spike' && afterSpike && bar % 37 === 0))) continue;
    const [a, b] = [0, 1].map((symbol) => bars.slice(-window).map((one) => one[symbol] ?? NaN));
    check(report, floats, ticks, exact, a ?? [], b ?? []);
  }
  return report;
}

function check(
  report: { -readonly [Field in keyof DriftReport]: DriftReport[Field] },
  floats: RollingCorrelation,
  ticks: RollingCorrelation,
  exact: Parameters<typeof measureDrift>[4],
  x: readonly number[],
  y: readonly number[],
): void {
  const found = floats.correlation('x', 'y');
  const expected = exact.ofTicks(x, y);
  const ofDoubles = exact.ofDoubles(
    x.map((count) => count / 1e4),
    y.map((count) => count / 1e4),
  );
  report.checks++;
  if (!Number.isFinite(found) || Math.abs(found) > 1) report.notFinite++;
  report.worst = Math.max(report.worst, Math.abs(found - expected));
  report.worstOfDoubles = Math.max(report.worstOfDoubles, Math.abs(found - ofDoubles));
  if (Math.abs(found - ofDoubles) > floats.errorBound()) report.beyondBound++;
  const ofTicks = ticks.correlation('x', 'y');
  const isFlagged = ticks.reason('x', 'y') === 'range-too-wide';
  const isSound = isFlagged ? Math.abs(ofTicks - ofDoubles) <= 1e-10 : Object.is(ofTicks, expected);
  if (!isSound) report.inexactTicks++;
}

function generator(kind: DriftKind): (bar: number) => readonly [number, number] {
  const random = seeded(7);
  let [a, b] = [1_000_000, 2_500_000];
  return (bar) => {
    const [f, g, h] = [random() - 0.5, random() - 0.5, random() - 0.5];
    if (kind === 'spike' && bar % 50_000 === 25_000) return [1e13, 3e12];
    if (kind !== 'walk') return [1e9 + Math.round(100 * (f + g)), 1e9 + Math.round(100 * (f + h))];
    a += Math.round(60 * (f + 0.5 * g));
    b += Math.round(80 * (f + 0.7 * h));
    if (a < 50_000) a = 100_000 - a;
    if (b < 50_000) b = 100_000 - b;
    return [a, b];
  };
}
