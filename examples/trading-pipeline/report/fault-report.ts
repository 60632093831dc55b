import type { BookRow, DecisionRow, SignalRow, TableName } from '../bot/rows.js';
import { NO_REASON } from '../bot/question.js';
import type { BotResult, Survival } from '../bot/result.js';
import type { Fault } from '../faults/fault.js';
import type { Venue } from '../recording/index.js';
import type { VenueCounts } from '../venue/index.js';
import { keyOf, type StoredRows } from './stored-rows.js';

/** What one fault did to one version. */
export interface FaultDamage {
  /** Rows that it meant to store and that are not in the database. */
  readonly rowsLost: number;
  /** Rows that are in the database more than once, counted without the first. */
  readonly rowsDoubled: number;
  /** Signals that it gave from another price than the market had. */
  readonly signalsOnWrongPrice: number;
  /** Signals that it would have given without the fault. */
  readonly signalsMissing: number;
  /** Trades that nobody could explain. */
  readonly unexplained: number;
  /** Market time for which it said that it has no current price, summed over symbols, in milliseconds. */
  readonly staleMs: number;
  /** Real time that the fault's stretch of market time took, in milliseconds. */
  readonly heldMs: number;
}

/** What all faults did to one version. */
export interface FaultTotals extends Omit<Survival, 'staleAt'> {
  readonly rowsMeant: number;
  readonly rowsLost: number;
  readonly rowsDoubled: number;
  readonly signalsOnWrongPrice: number;
  readonly signalsMissing: number;
  readonly unexplained: number;
  readonly reconnects: number;
  readonly framesWithheld: number;
  /** Frames of trades that it counted a second time. */
  readonly tradesDoubled: number;
  readonly booksLost: number;
  readonly restRequests: number;
  readonly restRefused: number;
}

/** One fault and its damage. */
export interface FaultLine extends Pick<Fault, 'kind' | 'symbol'> {
  /** Seconds of market time since the start. */
  readonly at: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Whether the venue numbers or sums up what it sends to a book, so that the next one shows what is missing. */
  readonly isVisible: boolean;
  readonly naive: FaultDamage;
  readonly optimised: FaultDamage;
}

/** Everything that went wrong, and what came of it. */
export interface FaultReport {
  readonly lines: readonly FaultLine[];
  readonly naive: FaultTotals;
  readonly optimised: FaultTotals;
}

/** One version's run with faults. */
export interface FaultedRun {
  readonly result: BotResult;
  readonly counts: VenueCounts;
  readonly stored: StoredRows;
  readonly heldMs: ReadonlyMap<Fault, number>;
}

/** What happened when, of one version. */
interface Incidents {
  readonly lost: readonly number[];
  readonly doubled: readonly number[];
  readonly wrong: readonly number[];
  readonly missing: readonly number[];
  readonly unexplained: readonly number[];
  readonly stale: readonly number[];
  readonly rowsMeant: number;
}

/** The session in which faults happened. */
export interface FaultedMarket {
  readonly venue: Venue;
  /** Epoch milliseconds. */
  readonly start: number;
  /** Length of a bar in milliseconds. */
  readonly bar: number;
}

/** Venues that neither number what they send to a book nor send checksums of it. */
const BLIND: ReadonlySet<Venue> = new Set(['bybit-2021', 'coinbase']);

/**
 * Holds what two versions gave and stored against what they meant to store, and against the signals of a run in which
 * nothing went wrong.
 */
export async function reportFaults(
  faults: readonly Fault[],
  { venue, start, bar }: FaultedMarket,
  truth: readonly SignalRow[],
  naive: FaultedRun,
  optimised: FaultedRun,
): Promise<FaultReport> {
  const [before, after] = [await incidentsOf(naive, truth), await incidentsOf(optimised, truth)];
  const ordered = faults.toSorted((a, b) => a.from - b.from);
  return {
    lines: ordered.map((fault, index) => {
      const until = ordered[index + 1]?.from ?? Infinity;
      const { kind, symbol, from, to } = fault;
      return {
        kind,
        symbol,
        at: (from - start) / 1_000,
        duration: to - from,
        isVisible: !BLIND.has(venue) || (kind !== 'gap' && kind !== 'silence'),
        naive: damageIn(before, { from, until, bar }, naive.heldMs.get(fault)),
        optimised: damageIn(after, { from, until, bar }, optimised.heldMs.get(fault)),
      };
    }),
    naive: totalsOf(naive, before),
    optimised: totalsOf(optimised, after),
  };
}

/** Whether the optimised version came through: no row lost or doubled, no book given up. */
export function hasSurvived({ optimised }: FaultReport): boolean {
  return optimised.rowsLost === 0 && optimised.rowsDoubled === 0 && optimised.booksLost === 0;
}

async function incidentsOf({ result, stored }: FaultedRun, truth: readonly SignalRow[]): Promise<Incidents> {
  const { signals, decisions, bookRows } = result;
  const meant: Record<TableName, readonly (SignalRow | DecisionRow | BookRow)[]> = {
    signals,
    decisions,
    books: bookRows,
  };
  const [lost, doubled]: [number[], number[]] = [[], []];
  for (const [table, rows] of Object.entries(meant) as [TableName, (typeof meant)[TableName]][]) {
    const times = countKeys(await stored.read(table));
    for (const row of rows) {
      const count = times.get(keyOf(row)) ?? 0;
      if (count === 0) lost.push(row.ts);
      for (let copy = 1; copy < count; copy++) doubled.push(row.ts);
    }
  }
  const rowsMeant = signals.length + decisions.length + bookRows.length;
  const unexplained = (result.told?.reasons ?? []).filter(({ text }) => text === NO_REASON);
  return {
    lost,
    doubled,
    ...againstTruth(signals, truth),
    // A bot that is behind its market asks later than it decides.
    unexplained: unexplained.map(({ ts, delay }) => ts + delay),
    stale: result.survival.staleAt,
    rowsMeant,
  };
}

function againstTruth(
  signals: readonly SignalRow[],
  truth: readonly SignalRow[],
): Pick<Incidents, 'wrong' | 'missing'> {
  const given = new Map(signals.map((signal) => [keyOf(signal), signal]));
  const [wrong, missing]: [number[], number[]] = [[], []];
  for (const right of truth) {
    const signal = given.get(keyOf(right));
    if (signal === undefined) missing.push(right.ts);
    else if (signal.mid !== right.mid) wrong.push(right.ts);
  }
  return { wrong, missing };
}

/** A fault answers for what happened from its beginning to the next one's. */
function damageIn(
  incidents: Incidents,
  { from, until, bar }: { readonly from: number; readonly until: number; readonly bar: number },
  heldMs = 0,
): FaultDamage {
  const count = (times: readonly number[]): number => times.filter((ts) => ts >= from && ts < until).length;
  return {
    rowsLost: count(incidents.lost),
    rowsDoubled: count(incidents.doubled),
    signalsOnWrongPrice: count(incidents.wrong),
    signalsMissing: count(incidents.missing),
    unexplained: count(incidents.unexplained),
    staleMs: count(incidents.stale) * bar,
    heldMs: Math.round(heldMs),
  };
}

function totalsOf({ result, counts }: FaultedRun, incidents: Incidents): FaultTotals {
  const { staleAt: _, ...survival } = result.survival;
  return {
    ...survival,
    rowsMeant: incidents.rowsMeant,
    rowsLost: incidents.lost.length,
    rowsDoubled: incidents.doubled.length,
    signalsOnWrongPrice: incidents.wrong.length,
    signalsMissing: incidents.missing.length,
    unexplained: incidents.unexplained.length,
    reconnects: counts.cuts,
    framesWithheld: counts.framesWithheld,
    tradesDoubled: counts.tradesRepeated - result.survival.tradesDropped,
    booksLost: result.booksLost,
    restRequests: counts.restRequests,
    restRefused: counts.restRefused,
  };
}

function countKeys(rows: readonly object[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const row of rows) times.set(keyOf(row), (times.get(keyOf(row)) ?? 0) + 1);
  return times;
}
