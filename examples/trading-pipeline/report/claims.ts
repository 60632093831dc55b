import { megabytes, whole } from './figures.js';
import type { MemoryReport } from './memory.js';
import type { ReportInput, VersionReport } from './report.js';
import type { ServicesReport } from './services.js';

/** Models from which on the promise for CPU is larger. */
const MANY_MODELS = 9;

/** Peak that the tickwise version must stay under, without its database. */
const MOST_BYTES = 100e6;

/** A saving that the documents behind the library promise, and what was measured. */
export interface Claim {
  readonly what: string;
  /** The promise, in words. */
  readonly claim: string;
  /** What was measured, in the same words. */
  readonly measured: string;
  readonly isMet: boolean;
}

/** Holds the promises against the figures of a run. */
export function claimsOf({ models }: ReportInput, naive: VersionReport, optimised: VersionReport): Claim[] {
  const calls = (version: VersionReport): number => version.connections + version.subscribeRequests;
  // One parse serves all models. A twentieth per further model is allowed for the edges of a run.
  const fewerParses = models.length - (models.length - 1) / 20;
  return [
    saving('calls to the venue', calls(naive), calls(optimised), 0.85),
    saving('database statements', naive.statements, optimised.statements, 0.9),
    // Where nobody trades there is nothing to check.
    ...(naive.needlessChecks === 0
      ? []
      : [saving('needless position checks', naive.needlessChecks, optimised.needlessChecks, 0.9)]),
    factor('frames parsed', naive.framesParsed, optimised.framesParsed, fewerParses),
    factor('CPU', naive.cpuMs, optimised.cpuMs, models.length >= MANY_MODELS ? 8 : 3),
  ];
}

/** The same for memory, as it was measured in processes of their own. */
export function memoryClaims({ peakRssBytes }: VersionReport, memory: MemoryReport | undefined): Claim[] {
  if (memory === undefined) return [];
  const { histories, databaseBytes } = memory;
  const { objectsPerModel, objectsShared, columnsPerModel, mirroredShared } = histories;
  const same = `the same ${whole(histories.bars)} bars of nine numbers`;
  const rest = peakRssBytes - databaseBytes;
  return [
    saving('bytes of histories, as run here', histories.naive, histories.optimised, 0.67),
    saving(`${same}: one for all models`, objectsPerModel, objectsShared, 0.67),
    saving(`${same}: columns, not objects`, objectsPerModel, columnsPerModel, 0.67),
    saving(`${same}: both, each number twice`, objectsPerModel, mirroredShared, 0.67),
    {
      what: databaseBytes === 0 ? 'peak memory' : 'peak memory apart from DuckDB',
      claim: `under ${megabytes(MOST_BYTES)}`,
      measured: megabytes(rest),
      isMet: rest < MOST_BYTES,
    },
  ];
}

/** The same for explanations and alerts. Questions are fewer only where they may be rounded. */
export function serviceClaims({ mode }: ReportInput, services: ServicesReport | undefined): Claim[] {
  if (services === undefined) return [];
  // Where differences are tolerated the versions tell different things; each message and question stands for its own.
  const { alerts, messages, trades, questions } = services.optimised;
  const telegram = saving('messages to Telegram', alerts, messages, 0.7);
  return mode === 'exact' ? [telegram] : [telegram, saving('questions to the model', trades, questions, 0.7)];
}

function saving(what: string, before: number, after: number, promised: number): Claim {
  // A third of three is 66.7 %, which the promise rounds.
  const reached = Math.round((1 - after / before) * 1_000) / 1_000;
  return {
    what,
    claim: `${percent(promised)} less`,
    measured: reached < 0 ? `${percent(-reached)} more` : `${percent(reached)} less`,
    isMet: Math.round(reached * 100) >= Math.round(promised * 100),
  };
}

function factor(what: string, before: number, after: number, promised: number): Claim {
  const reached = before / after;
  return {
    what,
    claim: `${promised.toFixed(1)} times less`,
    measured: `${reached.toFixed(1)} times less`,
    isMet: reached >= promised,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
