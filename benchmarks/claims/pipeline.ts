import type { Claim, ClaimGroup, Measured, Promised } from '../runner/claim.js';
import { CENTRAL, PLAN, PLATFORM, SIGNALS, TRACKER } from './support/documents.js';
import { PIPELINE_INPUT, type PipelineReport, pipelineRun } from './support/pipeline-run.js';
import { ratio, saving, shown } from './support/saving.js';

type Read = (report: PipelineReport) => Measured;

const MEGABYTE = 1e6;
const MILLISECONDS = 1_000;

const callsOf = ({ connections, subscribeRequests, restRequests }: PipelineReport['naive']): number =>
  connections + subscribeRequests + restRequests;

/** A saving of a counter, the usual way against ours. */
function less(what: string, counter: (version: PipelineReport['naive']) => number): Read {
  return ({ naive, optimised }) => saving(what, counter(naive), counter(optimised));
}

/** Processor time while trading per signal: without loading, connecting and subscribing. */
const signalTime: Read = ({ naive, optimised }) =>
  saving('ms of CPU per signal', naive.cpuTradingMs / naive.signals, optimised.cpuTradingMs / optimised.signals);

/** Share of asked work that a cache answered. */
const repeatedWork: Read = ({ optimised }) => {
  const caches = Object.values(optimised.cacheHits).flatMap((each) => each ?? []);
  const [calls, hits] = [sumOf(caches.map((each) => each.calls)), sumOf(caches.map((each) => each.hits))];
  return saving('features, regimes, decisions and explanations computed', calls, calls - hits);
};

/** How many records a cache made different, for the text of a claim. */
function changed({ differences = [] }: PipelineReport, cache: string): string {
  const counts = differences.filter((each) => each.cache === cache);
  if (counts.length === 0) throw new Error(`the pipeline does not say what ${cache} changed`);
  return counts.map(({ what, total, different }) => `${shown(different)} of ${shown(total)} ${what}`).join(', ');
}

/** A figure with what one cache, or each of several, made different. */
function priced(read: Read, ...caches: readonly string[]): Read {
  return (report) => {
    const { value, text } = read(report);
    return { value, text: `${text}; different: ${caches.map((cache) => changed(report, cache)).join(', ')}` };
  };
}

type Work = PipelineReport['naive']['work'];

/** Runs of a function, counted where it runs: what was asked past a cache counts too. */
function computed(what: string, cache: keyof Work): Read {
  return priced(({ naive, optimised }) => saving(what, naive.work[cache], optimised.work[cache]), cache);
}

/** Against features once per prediction; the usual version computes them far more often. */
const featuresComputed: Read = ({ naive, optimised }) => {
  const { value, text } = saving('computations of features', naive.work.predictions, optimised.work.features);
  return { value, text: `${text} (${shown(naive.work.features)} as the usual version does it)` };
};

/** Share of all asks that a cache answered. Predictions asked for past their cache, while histories fill, are asks. */
const hitRate: Read = ({ optimised: { cacheHits, work } }) => {
  const caches = Object.values(cacheHits).flatMap((each) => each ?? []);
  const { calls: cached = 0, hits: answered = 0 } = cacheHits['predictions'] ?? {};
  const past = work.predictions - (cached - answered);
  const [calls, hits] = [sumOf(caches.map((each) => each.calls)) + past, sumOf(caches.map((each) => each.hits))];
  const text = `${((100 * hits) / calls).toFixed(1)} % hit: ${shown(hits)} of ${shown(calls)}, ${shown(past)} of them asked past the caches`;
  return { value: hits / calls, text };
};

const equality: Read = ({ signals: { equal, total } }) => {
  const text = `${((100 * equal) / total).toFixed(1)} % equal: ${shown(equal)} of ${shown(total)} signals`;
  return { value: equal / total, text };
};

const messages: Read = ({ services: { optimised } }) => {
  if (optimised.lost + optimised.doubled > 0) throw new Error('alerts are lost or doubled');
  return saving('messages, every alert in exactly one', optimised.alerts, optimised.messages);
};

const questions: Read = ({ services: { optimised } }) =>
  saving('questions to the model', optimised.trades, optimised.questions);

const money: Read = ({ services: { naive, optimised } }) =>
  saving('cents per 1,000 explained trades', cents(naive), cents(optimised));

const cents = ({ dollars, trades }: PipelineReport['services']['naive']): number => (dollars / trades) * 100_000;

const urgent: Read = ({ services: { naive, optimised } }) => {
  const [usual, ours] = [naive.riskDelayMs, optimised.riskDelayMs];
  const { value, text } = saving(
    'ms of market time until Telegram has an urgent alert, 99th percentile',
    usual.p99,
    ours.p99,
  );
  return { value, text: `${text}; median ${shown(usual.p50)} → ${shown(ours.p50)}` };
};

const rate: Read = ({ input, naive, optimised }) => {
  const frames = optimised.framesParsed / input.symbols.length;
  const [ours, usual] = [optimised, naive].map(({ durationMs }) => frames / (durationMs / MILLISECONDS));
  const text = `${shown(ours ?? 0)} updates a second and symbol; the usual way ${shown(usual ?? 0)}`;
  return { value: ours ?? 0, text };
};

/** Share of one processor that the bot's work for a second of the market takes. */
const load: Read = ({ input, naive, optimised }) => {
  const [ours, usual] = [optimised, naive].map(({ cpuTradingMs }) => cpuTradingMs / MILLISECONDS / input.seconds);
  const percent = (share = 0): string => `${(share * 100).toFixed(1)} %`;
  return { value: ours ?? 0, text: `${percent(ours)}; the usual way ${percent(usual)}` };
};

const memory: Read = ({ optimised }) => {
  const value = optimised.peakRssBytes / MEGABYTE;
  return { value, text: `${shown(value)} MB at most` };
};

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

const EXACT = `${PIPELINE_INPUT}; mode exact: only work with unchanged inputs is skipped.`;
const TOLERANT = `${PIPELINE_INPUT}; mode tolerant: results are served for the document's times while inputs are nearly the same.`;
const PRICE = 'The price is printed beside: results that became different in one run, by this cache or one below it.';
const PROCESS = 'Resident memory is that of Node, its heap and DuckDB; market data are a few megabytes of it.';

function exact(
  document: string,
  words: string,
  claim: string,
  promised: Promised,
  how: string,
  read: Read,
  figure = claim,
): Claim {
  const measure = async (): Promise<Measured> => read(await pipelineRun('exact'));
  return { source: { document, words }, claim, figure, how: `${EXACT} ${how}`, promised, measure };
}

function tolerant(document: string, words: string, claim: string, promised: Promised, how: string, read: Read): Claim {
  const measure = async (): Promise<Measured> => read(await pipelineRun('tolerant'));
  return { source: { document, words }, claim, how: `${TOLERANT} ${how}`, promised, measure };
}

const CALLS = 'Connections, subscribe and REST requests, counted by the venue.';
const CPU = 'User and system time of each version’s process.';

export default {
  title: 'a whole bot, written the usual way and with tickwise',
  isShared: true,
  claims: [
    exact(
      CENTRAL,
      '85% fewer API calls',
      'API calls: 85 % fewer',
      { atLeast: 0.85 },
      CALLS,
      less('calls of the venue', callsOf),
    ),
    exact(
      CENTRAL,
      '~95% reduction',
      'operations: 95 % fewer',
      { atLeast: 0.95 },
      `${CALLS} And database statements.`,
      less('calls and statements', (version) => callsOf(version) + version.statements),
    ),
    exact(
      CENTRAL,
      '90% fewer database operations',
      'database writes: 90 % fewer',
      { atLeast: 0.9 },
      'Statements; every row is stored by both.',
      less('statements', ({ statements }) => statements),
    ),
    exact(
      CENTRAL,
      '60-70% reduction in connection costs',
      'connections: 60 % fewer',
      { atLeast: 0.6 },
      'Connections that the venue saw; each is priced alike.',
      less('connections', ({ connections }) => connections),
    ),
    exact(
      CENTRAL,
      '3x faster overall processing',
      'processing: 3 times as fast',
      { atLeast: 3 },
      'From the first frame to the last row stored, as fast as each version goes.',
      ({ naive, optimised }) => ratio('s', naive.durationMs / MILLISECONDS, optimised.durationMs / MILLISECONDS),
    ),
    exact(
      CENTRAL,
      '15-25 updates per second per symbol',
      'update rate: 25 a second and symbol',
      { atLeast: 25 },
      'Distinct frames parsed, decided upon and stored per second, as fast as each version goes.',
      rate,
    ),
    exact(
      CENTRAL,
      '50-60% reduction in computational resources',
      'computing: 50 % less',
      { atLeast: 0.5 },
      CPU,
      less('ms of CPU', ({ cpuMs }) => cpuMs),
      'CPU',
    ),
    exact(
      SIGNALS,
      '30-50% additional reduction',
      'time per signal: 30 % less',
      { atLeast: 0.3 },
      CPU,
      signalTime,
      'CPU per signal',
    ),
    exact(
      SIGNALS,
      '80-85% faster',
      'signal generation overall: 80 % less time',
      { atLeast: 0.8 },
      `${CPU} Without loading and connecting.`,
      signalTime,
      'CPU per signal',
    ),
    exact(
      SIGNALS,
      '50-70% reduction',
      'repeated computations: 50 % fewer',
      { atLeast: 0.5 },
      'What caches were asked for against what had to be computed.',
      repeatedWork,
    ),
    exact(
      SIGNALS,
      '30-40% reduction in CPU usage',
      'CPU: 30 % less',
      { atLeast: 0.3 },
      CPU,
      less('ms of CPU', ({ cpuMs }) => cpuMs),
      'CPU',
    ),
    exact(
      PLAN,
      '~70% reduction',
      'CPU: 70 % less',
      { atLeast: 0.7 },
      CPU,
      less('ms of CPU', ({ cpuMs }) => cpuMs),
      'CPU',
    ),
    exact(
      PLAN,
      '100% same results',
      'results identical, caching by what changed',
      { atLeast: 1 },
      'Signals: time, symbol, model, action, strength and regime.',
      equality,
    ),
    exact(
      PLAN,
      '70% fewer messages',
      'notifications: 70 % fewer',
      { atLeast: 0.7 },
      'Telegram’s limits, in market time.',
      messages,
    ),
    {
      ...exact(
        TRACKER,
        '80-120MB total (60% reduction)',
        'memory of the whole process: 60 % less',
        { atLeast: 0.6 },
        'Largest resident memory of each version’s process.',
        less('bytes', ({ peakRssBytes }) => peakRssBytes),
        'peak memory',
      ),
      reason: PROCESS,
    },
    {
      ...exact(
        TRACKER,
        'Target <100MB total',
        'memory of the whole process: under 100 MB',
        { atMost: 100 },
        '',
        memory,
        'peak memory',
      ),
      reason: PROCESS,
    },
    exact(
      TRACKER,
      'Target <20% average',
      'CPU per second of market time: under 20 % of a core',
      { atMost: 0.2 },
      'Processor time while trading over seconds of the recording; replayed as fast as it goes.',
      load,
    ),
    exact(
      TRACKER,
      '3-5x more efficiently',
      'efficiency: 3 times',
      { atLeast: 3 },
      CPU,
      ({ naive, optimised }) => ratio('ms of CPU', naive.cpuMs, optimised.cpuMs),
      'CPU',
    ),
    exact(
      PLATFORM,
      '40% reduction in end-to-end latency',
      'end-to-end latency of what is urgent: 40 % less',
      { atLeast: 0.4 },
      'Risk alerts, from the decision until Telegram has them, within its limits.',
      urgent,
    ),
    ...byTime(),
  ],
} satisfies ClaimGroup;

/** Claims about results that are served for a time, as the documents do it. */
function byTime(): Claim[] {
  return [
    {
      ...tolerant(
        PLAN,
        '100% same results',
        'results identical, caching by time',
        { atLeast: 1 },
        'Signals: time, symbol, model, action, strength and regime.',
        equality,
      ),
      reason:
        'a result kept for 60 s, 30 s or 5 min is another one than that of the newest bar; exact mode is, and the default for it',
    },
    tolerant(
      CENTRAL,
      'Cache Hit Rate: 85-95%',
      'hit rate of all caches of a bot: at least 85 %',
      { atLeast: 0.85 },
      PRICE,
      priced(hitRate, 'features', 'predictions', 'regime', 'decisions', 'reasoning'),
    ),
    tolerant(
      PLAN,
      'Cached 60s | 80% reduction',
      'features computed by a bot: 80 % fewer',
      { atLeast: 0.8 },
      `Against once a prediction. ${PRICE}`,
      priced(featuresComputed, 'features'),
    ),
    tolerant(
      PLAN,
      'Cached 30s | 75% reduction',
      'predictions computed by a bot: 75 % fewer',
      { atLeast: 0.75 },
      PRICE,
      computed('predictions computed', 'predictions'),
    ),
    tolerant(
      PLAN,
      'Cached 5min | 95% reduction',
      'regimes detected by a bot: 95 % fewer',
      { atLeast: 0.95 },
      PRICE,
      computed('regimes detected', 'regime'),
    ),
    {
      ...tolerant(
        PLAN,
        'Cached 10s | 90% reduction',
        'decisions computed by a bot: 90 % fewer',
        { atLeast: 0.9 },
        PRICE,
        computed('decisions computed', 'decisions'),
      ),
      reason: 'a decision is new whenever one of its signals or the position is; ten seconds are rarely used up',
    },
    tolerant(
      SIGNALS,
      '70-90% reduction in AI reasoning calls',
      'explanations asked for by a bot: 70 % fewer',
      { atLeast: 0.7 },
      PRICE,
      priced(questions, 'reasoning'),
    ),
    tolerant(
      SIGNALS,
      'API Costs | Baseline | -70-90%',
      'cost of a model’s API: 70 % less',
      { atLeast: 0.7 },
      `Prices per token are stated by the pipeline. ${PRICE}`,
      priced(money, 'reasoning'),
    ),
  ];
}
