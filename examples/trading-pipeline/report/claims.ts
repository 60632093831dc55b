import { callsOf, megabytes, whole } from './figures.js';
import type { MemoryReport } from './memory.js';
import type { ReportInput, VersionReport } from './report.js';
import type { ServicesReport } from './services.js';

/** Models from which on the promise for CPU is larger. */
const MANY_MODELS = 9;

/** Peak that the tickwise version must stay under, without its database. */
const MOST_BYTES = 100e6;

/** What a statement costs, and with it much of the usual way's CPU, depends on where its rows go. */
const DATABASES = { postgres: 'Postgres', duckdb: 'DuckDB', files: 'plain files' } as const;

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
export function claimsOf({ models, database }: ReportInput, naive: VersionReport, optimised: VersionReport): Claim[] {
  // One parse serves all models. A twentieth per further model is allowed for the edges of a run.
  const fewerParses = models.length - (models.length - 1) / 20;
  return [
    saving('calls to the venue', callsOf(naive), callsOf(optimised), 0.85),
    saving('database statements', naive.statements, optimised.statements, 0.9),
    // Where nobody trades there is nothing to check.
    ...(naive.positionChecks === 0 ? [] : [checks(naive, optimised)]),
    factor('frames parsed', naive.framesParsed, optimised.framesParsed, fewerParses),
    factor(`CPU, rows in ${DATABASES[database]}`, naive.cpuMs, optimised.cpuMs, models.length >= MANY_MODELS ? 8 : 3),
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

/** All checks; those without need are a part of them, of which nothing is left by design. */
function checks(naive: VersionReport, optimised: VersionReport): Claim {
  const all = saving('position checks', naive.positionChecks, optimised.positionChecks, 0.9);
  const change = (before: number, after: number): string => `${whole(before)} to ${whole(after)}`;
  const needless = change(naive.needlessChecks, optimised.needlessChecks);
  const measured = `${all.measured}: ${change(naive.positionChecks, optimised.positionChecks)}; without need ${needless}`;
  return { ...all, measured };
}

/** Judged in whole percent, as the promise and the measure are printed. */
function saving(what: string, before: number, after: number, promised: number): Claim {
  const [reached, wanted] = [Math.round((1 - after / before) * 100), Math.round(promised * 100)];
  return {
    what,
    claim: `${wanted} % less`,
    measured: reached < 0 ? `${-reached} % more` : `${reached} % less`,
    isMet: reached >= wanted,
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
