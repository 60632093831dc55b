import { headOf } from '../bot/alerts.js';
import type { Told } from '../bot/result.js';
import type { ServiceCounts } from '../services/index.js';
import { type Comparison, compareRecords } from './comparison.js';

/** Half of the values, and 99 of 100, are at most so many milliseconds. */
export interface Delay {
  readonly p50: number;
  readonly p99: number;
}

/** What a version asked and told, as the services saw it. */
export interface ServiceFigures {
  /** Trades that the bot wanted to have explained. */
  readonly trades: number;
  /** Questions that reached the language model, and what its answers cost. */
  readonly questions: number;
  readonly dollars: number;
  /** Market time from a decision to trade until its explanation was there. */
  readonly reasonDelayMs: Delay;
  /** Alerts that the bot wanted to send. */
  readonly alerts: number;
  /** Messages that Telegram took and refused, and most alerts in one. */
  readonly messages: number;
  readonly refused: number;
  readonly mostInMessage: number;
  /** Alerts that are in no message, and in more than one. */
  readonly lost: number;
  readonly doubled: number;
  /** Market time from a decision until Telegram had its alert; of those that must not wait by themselves. */
  readonly alertDelayMs: Delay;
  readonly riskDelayMs: Delay;
}

/** Both versions' figures, and how much of what they told is the same. */
export interface ServicesReport {
  readonly naive: ServiceFigures;
  readonly optimised: ServiceFigures;
  readonly reasons: Comparison;
  readonly alerts: Comparison;
}

/** What is known of one version. */
export interface ServiceRun {
  readonly told: Told;
  readonly counts: ServiceCounts;
}

/** Stands between the alerts of a message. */
const SEPARATOR = '\n\n';

/** Holds what both versions told side by side, message by message as Telegram took it. */
export function servicesReport(naive: ServiceRun, optimised: ServiceRun): ServicesReport {
  const reasonsOf = ({ told }: ServiceRun): { ts: number; symbol: string; text: string }[] =>
    told.reasons.map(({ ts, symbol, text }) => ({ ts, symbol, text }));
  const alertsOf = ({ counts }: ServiceRun): { name: string; text: string }[] =>
    sentAlerts(counts).map(({ text }) => ({ name: headOf(text).name, text }));
  return {
    naive: figuresOf(naive),
    optimised: figuresOf(optimised),
    reasons: compareRecords(reasonsOf(naive), reasonsOf(optimised), ({ ts, symbol }) => `${ts}|${symbol}`),
    alerts: compareRecords(alertsOf(naive), alertsOf(optimised), ({ name }) => name),
  };
}

function figuresOf({ told, counts }: ServiceRun): ServiceFigures {
  const sent = sentAlerts(counts);
  const waits = sent.map(({ text, at }) => ({ isUrgent: headOf(text).isUrgent, ms: at - headOf(text).ts }));
  const times = new Map<string, number>();
  for (const { text } of sent) times.set(text, (times.get(text) ?? 0) + 1);
  return {
    trades: told.reasons.length,
    questions: counts.completions.calls,
    dollars: counts.completions.dollars,
    reasonDelayMs: delayOf(told.reasons.map(({ delay }) => delay)),
    alerts: told.alerts.length,
    messages: counts.sent.length,
    refused: counts.refused,
    mostInMessage: Math.max(0, ...counts.sent.map(({ text }) => text.split(SEPARATOR).length)),
    lost: told.alerts.filter((text) => !times.has(text)).length,
    doubled: [...times.values()].filter((count) => count > 1).length,
    alertDelayMs: delayOf(waits.map(({ ms }) => ms)),
    riskDelayMs: delayOf(waits.filter(({ isUrgent }) => isUrgent).map(({ ms }) => ms)),
  };
}

/** The alerts in Telegram's messages, each with the time of its message. */
function sentAlerts({ sent }: ServiceCounts): { readonly text: string; readonly at: number }[] {
  return sent.flatMap(({ at, text }) => text.split(SEPARATOR).map((alert) => ({ text: alert, at })));
}

function delayOf(values: readonly number[]): Delay {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
