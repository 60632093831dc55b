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

/** Work left of one kind, when results are served for a time, against once per use. */
function computed(what: string, cache: string, uses: (naive: PipelineReport['naive']) => number): Read {
  return ({ naive, optimised }) => {
    const { calls = 0, hits = 0 } = optimised.cacheHits[cache] ?? {};
    return saving(what, uses(naive), calls - hits);
  };
}

const equality: Read = ({ signals, decisions, books, rows, services: { reasons, alerts } }) => {
  const all = [signals, decisions, books, rows, reasons, alerts];
  const [equal, total] = [sumOf(all.map((each) => each.equal)), sumOf(all.map((each) => each.total))];
  const text = `${shown((100 * equal) / total)} % equal: ${shown(equal)} of ${shown(total)} signals, decisions, books, rows, explanations and alerts`;
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

const urgent: Read = ({ services: { naive, optimised } }) =>
  saving(
    'ms of market time until Telegram has an urgent alert, 99th percentile',
    naive.riskDelayMs.p99,
    optimised.riskDelayMs.p99,
  );

const rate: Read = ({ input, optimised }) => {
  const seconds = optimised.durationMs / MILLISECONDS;
  const value = optimised.framesParsed / seconds / input.symbols.length;
  return {
    value,
    text: `${shown(value)} updates a second and symbol: ${shown(optimised.framesParsed)} in ${shown(seconds)} s`,
  };
};

/** Share of one processor that the bot takes at the recording's own speed. */
const load: Read = ({ input, optimised }) => {
  const value = optimised.cpuTradingMs / MILLISECONDS / input.seconds;
  const text = `${(value * 100).toFixed(1)} %: ${shown(optimised.cpuTradingMs)} ms of CPU for ${shown(input.seconds)} s`;
  return { value, text };
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
const PRICE = 'The price: many results differ, see “results identical, caching by time”.';
const PROCESS = 'Resident memory is that of Node, its heap and DuckDB; market data are a few megabytes of it.';

function exact(document: string, words: string, claim: string, promised: Promised, how: string, read: Read): Claim {
  const measure = async (): Promise<Measured> => read(await pipelineRun('exact'));
  return { source: { document, words }, claim, how: `${EXACT} ${how}`, promised, measure };
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
      'Frames parsed, decided upon and stored.',
      rate,
    ),
    exact(
      CENTRAL,
      '50-60% reduction in computational resources',
      'computing: 50 % less',
      { atLeast: 0.5 },
      CPU,
      less('ms of CPU', ({ cpuMs }) => cpuMs),
    ),
    exact(SIGNALS, '30-50% additional reduction', 'time per signal: 30 % less', { atLeast: 0.3 }, CPU, signalTime),
    exact(
      SIGNALS,
      '80-85% faster',
      'signal generation overall: 80 % less time',
      { atLeast: 0.8 },
      `${CPU} Without loading and connecting.`,
      signalTime,
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
    ),
    exact(
      PLAN,
      '~70% reduction',
      'CPU: 70 % less',
      { atLeast: 0.7 },
      CPU,
      less('ms of CPU', ({ cpuMs }) => cpuMs),
    ),
    exact(PLAN, '100% same results', 'results identical, caching by what changed', { atLeast: 1 }, '', equality),
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
      ),
      reason: PROCESS,
    },
    exact(
      TRACKER,
      'Target <20% average',
      'CPU at the market’s own speed: under 20 % of a core',
      { atMost: 0.2 },
      'Processor time per second of market time.',
      load,
    ),
    exact(TRACKER, '3-5x more efficiently', 'efficiency: 3 times', { atLeast: 3 }, CPU, ({ naive, optimised }) =>
      ratio('ms of CPU', naive.cpuMs, optimised.cpuMs),
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
      ...tolerant(PLAN, '100% same results', 'results identical, caching by time', { atLeast: 1 }, '', equality),
      reason:
        'a result kept for 60 s, 30 s or 5 min is another one than that of the newest bar; exact mode is, and the default for it',
    },
    tolerant(
      CENTRAL,
      'Cache Hit Rate: 85-95%',
      'hit rate of all caches of a bot: at least 85 %',
      { atLeast: 0.85 },
      PRICE,
      ({ efficiency: { cache_hit_rate: value } }) => ({ value, text: `${(value * 100).toFixed(1)} % hit` }),
    ),
    tolerant(
      PLAN,
      'Cached 60s | 80% reduction',
      'features computed by a bot: 80 % fewer',
      { atLeast: 0.8 },
      `Once a bar of each model the usual way. ${PRICE}`,
      computed('computations of features', 'features', ({ signals }) => signals),
    ),
    tolerant(
      PLAN,
      'Cached 30s | 75% reduction',
      'predictions computed by a bot: 75 % fewer',
      { atLeast: 0.75 },
      PRICE,
      computed('predictions computed', 'predictions', ({ signals }) => signals),
    ),
    tolerant(
      PLAN,
      'Cached 5min | 95% reduction',
      'regimes detected by a bot: 95 % fewer',
      { atLeast: 0.95 },
      PRICE,
      computed('regimes detected', 'regime', ({ signals }) => signals),
    ),
    {
      ...tolerant(
        PLAN,
        'Cached 10s | 90% reduction',
        'decisions computed by a bot: 90 % fewer',
        { atLeast: 0.9 },
        PRICE,
        computed('decisions computed', 'decisions', ({ decisions }) => decisions),
      ),
      reason: 'a decision is new whenever one of its signals or the position is; ten seconds are rarely used up',
    },
    tolerant(
      SIGNALS,
      '70-90% reduction in AI reasoning calls',
      'explanations asked for by a bot: 70 % fewer',
      { atLeast: 0.7 },
      PRICE,
      questions,
    ),
    tolerant(
      SIGNALS,
      'API Costs | Baseline | -70-90%',
      'cost of a model’s API: 70 % less',
      { atLeast: 0.7 },
      `Prices per token are stated by the pipeline. ${PRICE}`,
      money,
    ),
  ];
}
