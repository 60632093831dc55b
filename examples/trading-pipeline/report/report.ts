import type { BotResult, BotTrace, Efficiency, Work } from '../bot/result.js';
import type { RecordingInfo } from '../recording/index.js';
import type { VenueCounts } from '../venue/index.js';
import { type Claim, claimsOf, memoryClaims, serviceClaims } from './claims.js';
import type { Comparison } from './comparison.js';
import { type FaultReport, hasSurvived } from './fault-report.js';
import type { Difference } from './differences.js';
import type { MemoryReport } from './memory.js';
import { type Rate, ratesOf } from './rates.js';
import type { ServicesReport } from './services.js';

/** What was replayed, and to whom. */
export interface ReportInput {
  readonly name: string;
  readonly kind: RecordingInfo['kind'];
  readonly venue: string;
  readonly market: string;
  readonly symbols: readonly string[];
  readonly models: readonly string[];
  readonly mode: string;
  readonly bar: number;
  readonly speed: number | 'max';
  /** Threads that run the models of the optimised version; undefined when they run beside the rest. */
  readonly workers?: number | undefined;
  /** Frames in the recording. */
  readonly frames: number;
  /** Market time in seconds. */
  readonly seconds: number;
  /** Lines of the recording that could not be read. */
  readonly malformed: number;
  /** What rows were stored in: a Postgres server, a DuckDB database, or plain files where DuckDB is not installed. */
  readonly database: 'postgres' | 'duckdb' | 'files';
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
  readonly positionChecks: number;
  /** Checks of a position that had not changed since the check before. */
  readonly needlessChecks: number;
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
  readonly work: Work;
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
  /** Explanations and alerts, when there were services. */
  readonly services?: ServicesReport | undefined;
  /** Calls of each kind per minute of market time. */
  readonly rates: readonly Rate[];
  /** Measured beside the run. */
  readonly memory?: MemoryReport | undefined;
  /** What became different in mode `tolerant`. */
  readonly differences?: readonly Difference[] | undefined;
  /** Naive divided by optimised. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly claims: readonly Claim[];
  /** The figures by which the optimised version is watched. */
  readonly efficiency?: Efficiency | undefined;
  /** What went wrong on purpose, and what came of it. */
  readonly faults?: FaultReport | undefined;
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
    positionChecks: result.positionChecks,
    needlessChecks: result.needlessChecks,
    statements: result.statements,
    rows: result.rows,
    cpuMs: Math.round(result.cpu.total),
    cpuTradingMs: Math.round(result.cpu.trading),
    peakRssBytes: result.memory.peakRss,
    heapBytes: result.memory.heap,
    durationMs: Math.round(durationMs),
    cacheHits: result.cacheHits,
    work: result.work,
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
export function reportOf(base: Omit<Report, 'ratios' | 'claims' | 'rates'>): Report {
  const { naive, optimised } = base;
  const claims = [
    ...claimsOf(base.input, naive, optimised),
    ...memoryClaims(optimised, base.memory),
    ...serviceClaims(base.input, base.services),
  ];
  return { ...base, ratios: ratiosOf(naive, optimised), rates: ratesOf(base), claims };
}

/** Whether neither version gave a signal: the models need a few hundred bars first. */
export function isEmpty({ signals }: Report): boolean {
  return signals.total === 0;
}

/**
 * Whether both versions gave the same, and gave anything at all. Where differences are tolerated, whether both spoke
 * as often, stored as much and saw the same books; in either case no alert may be lost or doubled. With faults they cannot
 * give the same: then whether the optimised one came through.
 */
export function isProven(report: Report): boolean {
  const { signals, decisions, books, rows, services, differences, faults } = report;
  if (faults !== undefined) return signals.total > 0 && hasSurvived(faults);
  if (services !== undefined && !hasToldAll(services)) return false;
  if (differences !== undefined) return isSame(books) && isAsMuch(report);
  const told = services === undefined ? [] : [services.reasons, services.alerts];
  return [signals, decisions, books, rows].every(isSame) && told.every(({ total, equal }) => equal === total);
}

function isSame({ total, equal }: Comparison): boolean {
  return total > 0 && equal === total;
}

/** Whether both versions spoke of the same symbols at the same times, whatever they said. */
function isAsMuch({ signals, decisions, rows, naive, optimised }: Report): boolean {
  const totals = { signals: signals.total, decisions: decisions.total, rows: rows.total };
  return (['signals', 'decisions', 'rows'] as const).every(
    (name) => totals[name] > 0 && [naive, optimised].every((version) => version[name] === totals[name]),
  );
}

function hasToldAll({ naive, optimised }: ServicesReport): boolean {
  return [naive, optimised].every(({ lost, doubled }) => lost + doubled === 0);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
