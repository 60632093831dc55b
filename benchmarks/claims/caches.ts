import { VirtualClock } from 'tickwise/core';
import {
  cacheConsensus,
  cacheDecision,
  cacheFeatures,
  cachePredictions,
  cacheReasoning,
  cacheRegime,
} from 'tickwise/memo';
import type { Claim, ClaimGroup, Measured } from '../runner/claim.js';
import { CENTRAL, PLAN, PLATFORM, SIGNALS } from './support/documents.js';
import { consensusOf, decisionOf, featuresOf, opinionsOf, predictOf, regimeOf } from './support/models.js';
import {
  LONG,
  OFTEN,
  ONCE_A_BAR,
  POLLED,
  type PolledSymbol,
  type Polling,
  pollMarket,
  REPLAYED,
  replayMarket,
} from './support/polled-market.js';
import { mustEqual, saving } from './support/saving.js';
import { timeBoth } from './support/cpu.js';
import { trades, TRADES_SOURCE } from './support/trades.js';

/** A function that counts how often it ran. */
function counted<A extends unknown[], R>(fn: (...args: A) => R): { readonly fn: (...args: A) => R; runs: number } {
  const counter = {
    runs: 0,
    fn(...args: A): R {
      counter.runs++;
      return fn(...args);
    },
  };
  return counter;
}

/** A figure, and the weaker one of a bot that asks no more than it must. */
function besides({ value, text }: Measured, seldom: Measured): Measured {
  return { value, text: `${text}; asked once a bar by each of ${ONCE_A_BAR.models} models ${seldom.text}` };
}

/** Asks both ways at every look, compares each answer, and counts what was computed. */
async function computed<R>(
  what: string,
  work: (symbol: PolledSymbol) => R,
  cached: (fn: (symbol: PolledSymbol) => R, clock: VirtualClock) => (symbol: PolledSymbol) => R,
): Promise<Measured> {
  const poll = async (polling: Polling): Promise<Measured> => {
    const clock = new VirtualClock();
    const usual = counted(work);
    const ours = counted(work);
    const ask = cached(ours.fn, clock);
    await pollMarket(clock, (symbol) => mustEqual(usual.fn(symbol), ask(symbol)), polling);
    return saving(what, usual.runs, ours.runs);
  };
  return besides(await poll(OFTEN), await poll(ONCE_A_BAR));
}

const features = (): Promise<Measured> =>
  computed(
    'computations of features',
    ({ minutes }) => featuresOf(minutes),
    (fn, clock) => cacheFeatures(fn, { clock, key: ({ minutes }) => minutes }),
  );

const inference = (): Promise<Measured> =>
  computed(
    'predictions computed',
    ({ minutes }) => predictOf(featuresOf(minutes)),
    (fn, clock) => cachePredictions(fn, { clock, key: ({ minutes }) => minutes }),
  );

const regime = (): Promise<Measured> =>
  computed(
    'regimes detected',
    ({ fives }) => regimeOf(fives),
    (fn, clock) => cacheRegime(fn, { clock, key: ({ fives }) => fives }),
  );

const decisions = (): Promise<Measured> =>
  computed(
    'decisions computed',
    ({ minutes, fives }) => decisionOf(predictOf(featuresOf(minutes)), regimeOf(fives)),
    (fn, clock) => cacheDecision(fn, { clock, key: ({ minutes, fives }) => [minutes, fives] }),
  );

async function hitRateOf(polling: Polling): Promise<Measured> {
  const clock = new VirtualClock();
  const decide = ({ minutes, fives }: PolledSymbol): ReturnType<typeof decisionOf> =>
    decisionOf(predictOf(featuresOf(minutes)), regimeOf(fives));
  const featuresAt = cacheFeatures(({ minutes }: PolledSymbol) => featuresOf(minutes), {
    clock,
    key: ({ minutes }) => minutes,
  });
  const regimeAt = cacheRegime(({ fives }: PolledSymbol) => regimeOf(fives), { clock, key: ({ fives }) => fives });
  const decisionAt = cacheDecision(decide, { clock, key: ({ minutes, fives }) => [minutes, fives] });
  await pollMarket(
    clock,
    (symbol) => {
      mustEqual(featuresOf(symbol.minutes), featuresAt(symbol));
      mustEqual(regimeOf(symbol.fives), regimeAt(symbol));
      mustEqual(decide(symbol), decisionAt(symbol));
    },
    polling,
  );
  const stats = [featuresAt.stats(), regimeAt.stats(), decisionAt.stats()];
  const calls = stats.reduce((sum, each) => sum + each.calls, 0);
  const hits = stats.reduce((sum, each) => sum + each.hits, 0);
  return { value: hits / calls, text: `${((hits / calls) * 100).toFixed(1)} % of ${calls} calls of three caches hit` };
}

const hitRate = async (): Promise<Measured> => besides(await hitRateOf(OFTEN), await hitRateOf(ONCE_A_BAR));

/** A shorter window, which costs less to compute. */
const SHORT = { ...LONG, window: 60 };

type Ask<R> = (symbol: PolledSymbol) => R;

/** Processor time of a whole session, computed at every look or cached. */
async function sessionTime<R>(what: string, work: Ask<R>, cached: (fn: Ask<R>) => Ask<R>): Promise<Measured> {
  const replay = async (market: typeof LONG): Promise<Measured> => {
    const answersOf = (make: () => Ask<R>) => (): R[] => {
      const ask = make();
      const answers: R[] = [];
      replayMarket((symbol) => answers.push(ask(symbol)), market);
      return answers;
    };
    const usual = answersOf(() => work);
    const ours = answersOf(() => cached(work));
    mustEqual(usual(), ours());
    const times = await timeBoth(usual, ours);
    return saving(`ms of CPU for ${what}`, times.usual, times.ours);
  };
  const { value, text } = await replay(LONG);
  return { value, text: `${text}; windows of ${SHORT.window} ${(await replay(SHORT)).text}` };
}

const still = new VirtualClock();

const featureTime = (): Promise<Measured> =>
  sessionTime(
    'features',
    ({ minutes }) => featuresOf(minutes),
    (fn) => cacheFeatures(fn, { clock: still, key: ({ minutes }) => minutes }),
  );

const inferenceTime = (): Promise<Measured> =>
  sessionTime(
    'predictions',
    ({ minutes }) => predictOf(featuresOf(minutes)),
    (fn) => cachePredictions(fn, { clock: still, key: ({ minutes }) => minutes }),
  );

const regimeTime = (): Promise<Measured> =>
  sessionTime(
    'regimes',
    ({ fives }) => regimeOf(fives),
    (fn) => cacheRegime(fn, { clock: still, key: ({ fives }) => fives }),
  );

/** Opinions of three sources and the regime, then their weighted sum. */
const agreedOn = (minutes: PolledSymbol['minutes'], fives: PolledSymbol['fives']): ReturnType<typeof consensusOf> =>
  consensusOf(opinionsOf(featuresOf(minutes)), regimeOf(fives));

const agreed: Ask<ReturnType<typeof consensusOf>> = ({ minutes, fives }) => agreedOn(minutes, fives);

const consensusTime = (): Promise<Measured> =>
  sessionTime('consensus', agreed, () => {
    // Rings are keys by themselves.
    const cached = cacheConsensus(agreedOn, { clock: still });
    return ({ minutes, fives }) => cached(minutes, fives);
  });

const consensus = (): Promise<Measured> =>
  computed('consensus computed', agreed, (fn, clock) =>
    cacheConsensus(fn, { clock, key: ({ minutes, fives }) => [minutes, fives] }),
  );

/** All that a bot asks at a look: features, prediction, regime and decision, each cached by itself. */
async function repeatedTime(): Promise<Measured> {
  const all = ({ minutes, fives }: PolledSymbol): unknown => [
    featuresOf(minutes),
    predictOf(featuresOf(minutes)),
    regimeOf(fives),
  ];
  return sessionTime('all three', all, () => {
    const featuresAt = cacheFeatures(({ minutes }: PolledSymbol) => featuresOf(minutes), {
      clock: still,
      key: ({ minutes }) => minutes,
    });
    const prediction = cachePredictions((symbol: PolledSymbol) => predictOf(featuresAt(symbol)), {
      clock: still,
      key: ({ minutes }) => minutes,
    });
    const regimeAt = cacheRegime(({ fives }: PolledSymbol) => regimeOf(fives), {
      clock: still,
      key: ({ fives }) => fives,
    });
    return (symbol) => [featuresAt(symbol), prediction(symbol), regimeAt(symbol)];
  });
}

/** What a model would be asked about every recorded trade, rounded as the document rounds it. */
async function reasoning(): Promise<Measured> {
  const explain = (symbol: string, action: string, confidence: number, price: number): string =>
    `${action} ${symbol} at ${price.toFixed(2)} with confidence ${confidence.toFixed(1)}`;
  const usual = counted(explain);
  const ours = counted(explain);
  const ask = cacheReasoning(ours.fn, { clock: new VirtualClock() });
  const before = new Map<string, number>();
  for (const { symbol, price } of trades()) {
    const change = price / (before.get(symbol) ?? price) - 1;
    before.set(symbol, (before.get(symbol) ?? price) * 0.99 + price * 0.01);
    const question = [
      symbol,
      change > 0 ? 'buy' : 'sell',
      Math.round(Math.min(1, Math.abs(change) * 2_000) * 10) / 10,
      Math.round(price * 100) / 100,
    ] as const;
    mustEqual(usual.fn(...question), ask(...question));
  }
  return saving('calls of the model', usual.runs, ours.runs);
}

const SAME =
  'Computed at every look against a cache that knows by the ring whether a bar has closed; every answer is compared.';

function polled(document: string, words: string, claim: string, promised: number, measure: Claim['measure']): Claim {
  return { source: { document, words }, claim, how: `${POLLED}. ${SAME}`, measure, promised: { atLeast: promised } };
}

/** The same session as often as it takes to measure its time. */
function timed(
  document: string,
  words: string,
  claim: string,
  promised: number,
  measure: Claim['measure'],
  figure = claim,
): Claim {
  const how = `${REPLAYED}. CPU time of the whole session, median of 7 alternated rounds in one process; equal answers.`;
  return { source: { document, words }, claim, figure, how, measure, promised: { atLeast: promised } };
}

export default {
  title: 'what is not computed again',
  claims: [
    polled(PLAN, '80% reduction in feature computation', 'features computed: 80 % fewer', 0.8, features),
    polled(PLAN, '75% reduction in model inference', 'predictions computed: 75 % fewer', 0.75, inference),
    polled(PLAN, '95% reduction in regime detection', 'regimes detected: 95 % fewer', 0.95, regime),
    polled(
      PLAN,
      'Gate Decisions | Every time | Cached 10s | 90% reduction',
      'decisions computed: 90 % fewer',
      0.9,
      decisions,
    ),
    polled(CENTRAL, 'Cache Hit Rate: 85-95% typical', 'hit rate: at least 85 %', 0.85, hitRate),
    polled(SIGNALS, '50-70% reduction in consensus calculation time', 'consensus computed: 50 % fewer', 0.5, consensus),
    timed(
      SIGNALS,
      '50-70% reduction in consensus calculation time',
      'time of consensus: 50 % less',
      0.5,
      consensusTime,
    ),
    timed(SIGNALS, '60-80% reduction in regime detection time', 'time of regime detection: 60 % less', 0.6, regimeTime),
    timed(
      PLATFORM,
      '50% reduction in feature extraction time',
      'time of features: 50 % less',
      0.5,
      featureTime,
      'time of features',
    ),
    timed(
      PLATFORM,
      'Reduces feature extraction time by 70-90%',
      'time of features, cached: 70 % less',
      0.7,
      featureTime,
      'time of features',
    ),
    timed(PLATFORM, '30% reduction in model inference time', 'time of inference: 30 % less', 0.3, inferenceTime),
    timed(PLAN, '~75% faster for repeated operations', 'time of what is repeated: 75 % less', 0.75, repeatedTime),
    {
      source: { document: SIGNALS, words: '70-90% reduction in AI reasoning calls' },
      claim: 'calls of a model for reasons: 70 % fewer',
      how: `${TRADES_SOURCE}, a question at every trade: symbol, action, confidence to 0.1, price to 0.01, as the document rounds them; kept for an hour.`,
      measure: reasoning,
      promised: { atLeast: 0.7 },
    },
  ],
} satisfies ClaimGroup;
