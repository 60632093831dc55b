import type { BotResult, BotTrace } from '../bot/result.js';
import type { VenueCounts } from '../venue/index.js';
import { type Claim, claimsOf } from './claims.js';
import type { Comparison } from './comparison.js';

/** What was replayed, and to whom. */
export interface ReportInput {
  readonly name: string;
  readonly kind: 'recorded' | 'synthetic';
  readonly venue: string;
  readonly market: string;
  readonly symbols: readonly string[];
  readonly models: readonly string[];
  readonly mode: string;
  readonly bar: number;
  readonly speed: number | 'max';
  /** Frames in the recording. */
  readonly frames: number;
  /** Market time in seconds. */
  readonly seconds: number;
  /** Lines of the recording that could not be read. */
  readonly malformed: number;
}

/** One version's counts. Those of the venue and of the database are counted outside the bot. */
export interface VersionReport {
  readonly connections: number;
  readonly subscribeRequests: number;
  readonly topicsSubscribed: number;
  readonly restRequests: number;
  readonly framesSent: number;
  readonly framesParsed: number;
  readonly framesMalformed: number;
  readonly booksLost: number;
  readonly signals: number;
  readonly decisions: number;
  readonly statements: number;
  readonly rows: number;
  readonly cpuMs: number;
  /** CPU without loading, connecting and subscribing: what a bot that runs for days pays. */
  readonly cpuTradingMs: number;
  readonly peakRssBytes: number;
  readonly heapBytes: number;
  /** From the start of the replay to the last row stored, in milliseconds. */
  readonly durationMs: number;
  readonly cacheHits: BotResult['cacheHits'];
}

/** The outcome of one recording. */
export interface Report {
  readonly input: ReportInput;
  readonly naive: VersionReport;
  readonly optimised: VersionReport;
  readonly signals: Comparison;
  readonly decisions: Comparison;
  readonly books: Comparison;
  readonly rows: Comparison;
  /** Naive divided by optimised. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly claims: readonly Claim[];
  /** What the optimised version noted while it ran. */
  readonly trace: BotTrace | undefined;
}

/** Counters whose ratio is reported. */
const RATIOS = [
  'connections',
  'subscribeRequests',
  'framesParsed',
  'statements',
  'cpuMs',
  'cpuTradingMs',
  'peakRssBytes',
  'heapBytes',
  'durationMs',
] as const;

type Ratio = (typeof RATIOS)[number];

/** Puts a version's figures together. */
export function versionReport(result: BotResult, counts: VenueCounts, durationMs: number): VersionReport {
  return {
    connections: counts.connections,
    subscribeRequests: counts.subscribeRequests,
    topicsSubscribed: counts.topicsSubscribed,
    restRequests: counts.restRequests,
    framesSent: counts.framesSent,
    framesParsed: result.framesParsed,
    framesMalformed: result.framesMalformed,
    booksLost: result.booksLost,
    signals: result.signals.length,
    decisions: result.decisions.length,
    statements: result.statements,
    rows: result.rows,
    cpuMs: Math.round(result.cpu.total),
    cpuTradingMs: Math.round(result.cpu.trading),
    peakRssBytes: result.memory.peakRss,
    heapBytes: result.memory.heap,
    durationMs: Math.round(durationMs),
    cacheHits: result.cacheHits,
  };
}

/** Divides the naive version's counters by the optimised one's. */
export function ratiosOf(
  naive: Readonly<Record<Ratio, number>>,
  optimised: Readonly<Record<Ratio, number>>,
): Record<string, number> {
  return Object.fromEntries(RATIOS.map((name) => [name, round(naive[name] / optimised[name])]));
}

/** Adds ratios and claims to two versions and what was compared. */
export function reportOf(base: Omit<Report, 'ratios' | 'claims'>): Report {
  const { naive, optimised } = base;
  return { ...base, ratios: ratiosOf(naive, optimised), claims: claimsOf(base.input, naive, optimised) };
}

/** Whether neither version gave a signal: the models need a few hundred bars first. */
export function isEmpty({ signals }: Report): boolean {
  return signals.total === 0;
}

/** Whether both versions gave the same, and gave anything at all. */
export function isProven({ signals, decisions, books, rows }: Report): boolean {
  return [signals, decisions, books, rows].every(({ total, equal }) => total > 0 && equal === total);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
