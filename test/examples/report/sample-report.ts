import { type Report, reportOf, type VersionReport } from '../../../examples/trading-pipeline/report/report.js';
import type { FaultDamage, FaultTotals } from '../../../examples/trading-pipeline/report/fault-report.js';
import { FAULT_KINDS } from '../../../examples/trading-pipeline/faults/fault.js';
import type { ServiceFigures } from '../../../examples/trading-pipeline/report/services.js';

/** Adds up to a report whose figures all differ, so that none can stand in for another. */
export function sampleReport(names: { symbols?: readonly string[]; name?: string } = {}): Report {
  const { symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'], name = 'session-7' } = names;
  return reportOf({
    input: {
      name,
      kind: 'recorded',
      venue: 'bybit-2021',
      market: 'linear',
      symbols,
      models: ['ppo', 'genetic', 'spectrum'],
      mode: 'exact',
      bar: 100,
      speed: 'max',
      frames: 40_123,
      seconds: 3_661,
      malformed: 17,
      database: 'duckdb',
    },
    naive: version({ connections: 9, framesSent: 31_007, framesParsed: 30_011, statements: 5_003, cpuMs: 8_120 }),
    optimised: {
      ...version({ connections: 1, framesSent: 10_337, framesParsed: 10_009, statements: 41, cpuMs: 2_030 }),
      cacheHits: { features: { calls: 6_007, hits: 4_001 }, regime: { calls: 7_013, hits: 0 } },
    },
    signals: { total: 5_021, equal: 5_021 },
    decisions: { total: 1_223, equal: 1_223 },
    books: { total: 9, equal: 9 },
    rows: { total: 6_151, equal: 6_151 },
    trace: {
      cacheSamples: [0, 10, 20, 30].map((second) => ({
        at: 1_618_617_600_000 + second * 1_000,
        caches: { features: { calls: second * 9, hits: second * 6 }, regime: { calls: second * 3, hits: 0 } },
      })),
      decideMs: { p50: 0.214, p90: 0.428, p99: 1.37, max: 11.9 },
      storeDelayMs: {
        signals: { p50: 101, p99: 202 },
        decisions: { p50: 303, p99: 404 },
        books: { p50: 1_005, p99: 2_006 },
      },
      correlations: { symbols, values: symbols.flatMap((_, a) => symbols.map((__, b) => correlation(a, b))) },
    },
  });
}

/** The same in mode `tolerant`, with explanations and alerts. */
export function tolerantReport(): Report {
  const report = sampleReport();
  const { calls, hits } = { calls: 911, hits: 302 };
  return reportOf({
    ...report,
    input: { ...report.input, mode: 'tolerant' },
    optimised: { ...report.optimised, cacheHits: { regime: { calls, hits } } },
    signals: { total: 5_021, equal: 4_001 },
    decisions: { total: 1_223, equal: 13 },
    rows: { total: 6_151, equal: 57 },
    services: {
      naive: serviceFigures({ questions: 733, messages: 211, alertDelayMs: { p50: 61_000, p99: 127_000 } }),
      optimised: serviceFigures({ questions: 71, messages: 23, mostInMessage: 19 }),
      reasons: { total: 733, equal: 101 },
      alerts: { total: 211, equal: 37 },
    },
    differences: [
      { cache: 'regime', what: 'signals in another regime', total: 5_021, different: 1_020 },
      { cache: 'decisions', what: 'decisions to do something else', total: 1_223, different: 17 },
    ],
  });
}

/** The same with every kind of fault, and what the usual way lost by them. */
export function faultyReport(): Report {
  const harm: FaultDamage = {
    rowsLost: 107,
    rowsDoubled: 13,
    signalsOnWrongPrice: 1_021,
    signalsMissing: 409,
    unexplained: 29,
    staleMs: 0,
    heldMs: 5_003,
  };
  const none: FaultDamage = {
    ...harm,
    rowsLost: 0,
    rowsDoubled: 0,
    signalsOnWrongPrice: 0,
    signalsMissing: 17,
    staleMs: 1_204,
    heldMs: 2_011,
  };
  return reportOf({
    ...tolerantReport(),
    faults: {
      lines: FAULT_KINDS.map((kind, index) => ({
        kind,
        symbol: '1000SHIBUSDT',
        at: index * 7 + 3,
        duration: 2_500,
        isVisible: kind !== 'gap',
        naive: harm,
        optimised: none,
      })),
      naive: faultTotals({ rowsLost: 1_123, rowsDoubled: 31 }),
      optimised: faultTotals({}),
    },
  });
}

function faultTotals(totals: Partial<FaultTotals>): FaultTotals {
  return {
    rowsMeant: 6_151,
    rowsLost: 0,
    rowsDoubled: 0,
    signalsOnWrongPrice: 0,
    signalsMissing: 3,
    unexplained: 0,
    reconnects: 9,
    framesWithheld: 211,
    tradesDoubled: 0,
    booksLost: 0,
    restRequests: 37,
    restRefused: 5,
    gaps: 7,
    recoveries: 7,
    tradesDropped: 11,
    staleMs: 8_500,
    failures: 19,
    ...totals,
  };
}

function serviceFigures(figures: Partial<ServiceFigures>): ServiceFigures {
  return {
    trades: 733,
    questions: 1,
    dollars: 0.5062,
    reasonDelayMs: { p50: 1_100, p99: 2_200 },
    alerts: 211,
    messages: 1,
    refused: 67,
    mostInMessage: 1,
    lost: 0,
    doubled: 0,
    alertDelayMs: { p50: 9_900, p99: 29_900 },
    riskDelayMs: { p50: 300, p99: 1_300 },
    ...figures,
  };
}

function version(figures: Partial<VersionReport>): VersionReport {
  return {
    connections: 1,
    subscribeRequests: 27,
    topicsSubscribed: 29,
    restRequests: 3,
    framesSent: 1,
    framesParsed: 1,
    framesMalformed: 5,
    booksLost: 2,
    signals: 5_021,
    decisions: 1_223,
    positionChecks: 1,
    statements: 1,
    rows: 6_151,
    cpuMs: 1,
    cpuTradingMs: 777,
    peakRssBytes: 151 * 2 ** 20,
    heapBytes: 19 * 2 ** 20,
    durationMs: 4_321,
    cacheHits: {},
    ...figures,
  };
}

/** 1 with itself, nothing of the last symbol, else a number of its own and below 0 for one pair. */
function correlation(a: number, b: number): number | null {
  if (a === b) return 1;
  if (Math.max(a, b) === 2) return Math.min(a, b) === 0 ? null : -0.37;
  return 0.82;
}
