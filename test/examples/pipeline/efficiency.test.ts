import { type DuckDBAppender, DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Efficiency } from '../../../examples/trading-pipeline/bot/result.js';
import * as features from '../../../examples/trading-pipeline/models/features.js';
import { PaperLedger } from '../../../examples/trading-pipeline/models/paper-ledger.js';
import * as regime from '../../../examples/trading-pipeline/models/regime.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { play, type Played, removeDatabases } from './play.js';

vi.mock('../../../examples/trading-pipeline/models/features.js', { spy: true });
vi.mock('../../../examples/trading-pipeline/models/regime.js', { spy: true });

const MINUTES = 60_000;
const FULL_WINDOW = 200;

let played: Played;
let efficiency: Efficiency;
let statements = 0;
const checks = vi.spyOn(PaperLedger.prototype, 'hasRoom');
const fills = vi.spyOn(PaperLedger.prototype, 'fill');

beforeAll(async () => {
  const { run, createAppender } = DuckDBConnection.prototype;
  vi.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(function (this: DuckDBConnection, ...args) {
    statements++;
    return run.apply(this, args);
  });
  vi.spyOn(DuckDBConnection.prototype, 'createAppender').mockImplementation(async function (
    this: DuckDBConnection,
    ...args
  ) {
    const appender: DuckDBAppender = await createAppender.apply(this, args);
    const flush = appender.flushSync.bind(appender);
    appender.flushSync = () => {
      statements++;
      flush();
    };
    return appender;
  });
  const recording = synthesiseRecording({ seed: 6, duration: 29_000 });
  played = await play('optimised', recording, { symbols: 'BTCUSDT,ETHUSDT,SOLUSDT', models: '3' });
  efficiency = played.result.efficiency ?? expect.unreachable('the optimised version keeps them');
}, MINUTES);

afterAll(removeDatabases);

/** One number out of the database that the run has written. */
async function stored(query: string): Promise<number> {
  const instance = await DuckDBInstance.create(played.database);
  try {
    const connection = await instance.connect();
    const [[value] = []] = (await connection.runAndReadAll(query)).getRows();
    connection.closeSync();
    return Number(value);
  } finally {
    instance.closeSync();
  }
}

/** Bars that were closed. A policy speaks at every bar from the one that fills its window on. */
function storedBars(): Promise<number> {
  return stored(
    `SELECT sum(n + ${FULL_WINDOW - 1}) FROM (SELECT count(*) AS n FROM signals WHERE model = 'ppo' GROUP BY symbol)`,
  );
}

/** Directions of a symbol that the ledger was asked about since its last fill: what a cache may still hold of it. */
function knownRooms(): number {
  const lastFill = new Map(
    fills.mock.calls.map(([symbol], call) => [symbol, fills.mock.invocationCallOrder[call] ?? 0]),
  );
  const known = checks.mock.calls.filter(
    ([symbol], call) => (checks.mock.invocationCallOrder[call] ?? 0) > (lastFill.get(symbol) ?? 0),
  );
  return new Set(known.map(([symbol, action]) => `${symbol} ${action}`)).size;
}

it('total_updates are the frames that the venue sent', () => {
  expect(efficiency.total_updates).toBe(played.counts.framesSent);
});

it('cache_hit_rate is the share of calls for which nothing was computed', async () => {
  const bars = await storedBars();
  // Each model asks for the features; a signal and the gate's questions come with a regime and a position.
  const featureCalls = bars * 3;
  const regimeCalls = await stored('SELECT count(*) FROM signals');
  const roomCalls = await stored("SELECT count(*) FROM decisions WHERE reason IN ('accepted', 'full')");
  const computed =
    vi.mocked(features.features).mock.calls.length +
    vi.mocked(regime.regimeOf).mock.calls.length +
    checks.mock.calls.length;

  const calls = featureCalls + regimeCalls + roomCalls;

  expect(efficiency.cache_hit_rate).toBeCloseTo(1 - computed / calls, 12);
});

it('db_writes are the statements that the driver was given', () => {
  expect(efficiency.db_writes).toBe(statements);
});

it('api_calls are the requests that the venue received', () => {
  const { connections, subscribeRequests, restRequests } = played.counts;
  expect(efficiency.api_calls).toBe(connections + subscribeRequests + restRequests);
});

it('signals_generated are the rows in the database', async () => {
  expect(efficiency.signals_generated).toBe(await stored('SELECT count(*) FROM signals'));
});

it('active_symbols are the symbols in the database', async () => {
  expect(efficiency.active_symbols).toBe(await stored('SELECT count(DISTINCT symbol) FROM books'));
});

it('total_subscribers are the models that have signalled, each symbol by itself', async () => {
  expect(efficiency.total_subscribers).toBe(await stored("SELECT count(DISTINCT symbol || '|' || model) FROM signals"));
});

it('memory_usage holds each bar once, whatever the number of models', async () => {
  const bars = await storedBars();

  const { level_ii_history: books, price_history: prices } = efficiency.memory_usage;

  expect([books, prices]).toEqual([bars, bars]);
});

it('memory_usage holds the results that were computed and not given up', () => {
  const perCache = 256;
  const computed = [vi.mocked(features.features).mock.calls.length, vi.mocked(regime.regimeOf).mock.calls.length];
  const kept = computed.reduce((sum, count) => sum + Math.min(perCache, count), 0);

  const { cached_entries: entries } = efficiency.memory_usage;

  expect(fills.mock.calls.length).toBeGreaterThan(0);
  expect(entries).toBe(kept + knownRooms());
});
