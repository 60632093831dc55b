import type { ReportInput, VersionReport } from './report.js';
import type { ServicesReport } from './services.js';

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
    saving('memory (heap)', naive.heapBytes, optimised.heapBytes, 0.67),
    factor('frames parsed', naive.framesParsed, optimised.framesParsed, fewerParses),
    factor('CPU', naive.cpuMs, optimised.cpuMs, 3),
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
  const reached = 1 - after / before;
  return {
    what,
    claim: `${percent(promised)} less`,
    measured: reached < 0 ? `${percent(-reached)} more` : `${percent(reached)} less`,
    isMet: reached >= promised,
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
