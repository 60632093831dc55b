import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { openRecording, type Recording, topicsOf } from '../../../examples/trading-pipeline/recording/index.js';
import { synthesise, synthesiseRecording, writeSynthetic } from '../../../examples/trading-pipeline/synthetic/index.js';
import { UserError } from '../../../examples/trading-pipeline/user-error.js';

const short = { seed: 7, duration: 20_000 };

interface Depth {
  readonly U: number;
  readonly u: number;
  readonly pu: number;
  readonly b: readonly (readonly [string, string])[];
  readonly a: readonly (readonly [string, string])[];
}

/** A book as slow and plain as can be: text prices in a map, best by looking at all. */
class PlainBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();

  apply(side: Map<string, string>, levels: Depth['b']): void {
    for (const [price, size] of levels) {
      if (Number(size) === 0) side.delete(price);
      else side.set(price, size);
    }
  }

  best(side: Map<string, string>): readonly [string, string] {
    const prices = [...side.keys()].toSorted((a, b) => Number(a) - Number(b));
    const price = (side === this.bids ? prices.at(-1) : prices[0]) ?? '';
    return [price, side.get(price) ?? ''];
  }

  get touch(): string {
    return [...this.best(this.bids), ...this.best(this.asks)].join(' ');
  }
}

interface Quote {
  readonly b: string;
  readonly B: string;
  readonly a: string;
  readonly A: string;
}

/** Replays a symbol the way the venue prescribes and checks every frame; says how many of each kind it has seen. */
class CheckedReplay {
  readonly seen = { depths: 0, trades: 0, quotes: 0 };
  readonly #book = new PlainBook();
  readonly #snapshotId: number;
  #quote: Quote | undefined;
  #lastId: number | undefined;

  constructor(recording: Recording, symbol: string) {
    const snapshot = JSON.parse(recording.snapshots.get(symbol)?.text ?? '{}');
    this.#snapshotId = snapshot.lastUpdateId;
    this.#book.apply(this.#book.bids, snapshot.bids);
    this.#book.apply(this.#book.asks, snapshot.asks);
    assert.ok(Math.min(this.#book.bids.size, this.#book.asks.size) >= 50, 'the snapshot has 50 levels a side');
    for (const frame of recording.frames.filter((candidate) => candidate.symbol === symbol)) {
      const { data } = JSON.parse(frame.text);
      if (frame.stream === 'quote') this.#readQuote(data);
      else if (frame.stream === 'trade') this.#readTrade(data);
      else this.#readDepth(data);
    }
  }

  #readQuote(quote: Quote): void {
    this.seen.quotes += 1;
    assert.ok(Number(quote.b) < Number(quote.a), 'a quote is not crossed');
    this.#quote = quote;
  }

  #readTrade(trade: { readonly p: string; readonly m: boolean }): void {
    this.seen.trades += 1;
    if (this.#quote !== undefined) assert.equal(trade.p, trade.m ? this.#quote.b : this.#quote.a);
  }

  #readDepth(depth: Depth): void {
    assert.equal(depth.pu, this.#lastId ?? depth.pu, 'pu is the u before');
    assert.ok(depth.pu < depth.U && depth.U <= depth.u, 'the ids rise');
    this.#lastId = depth.u;
    if (depth.u < this.#snapshotId) return;
    const isFirst = this.seen.depths === 0;
    assert.ok(!isFirst || (depth.U <= this.#snapshotId && this.#snapshotId < depth.u), 'the first spans the snapshot');
    this.seen.depths += 1;
    this.#book.apply(this.#book.bids, depth.b);
    this.#book.apply(this.#book.asks, depth.a);
    const { b, B, a, A } = this.#quote ?? { b: '', B: '', a: '', A: '' };
    assert.equal(this.#book.touch, [b, B, a, A].join(' '));
  }
}

/** Middle of the last quote at each whole second. */
function secondsOf(recording: Recording, symbol: string): readonly number[] {
  const mids: number[] = [];
  for (const frame of recording.frames) {
    if (frame.symbol !== symbol || frame.stream !== 'quote') continue;
    const { b, a } = JSON.parse(frame.text).data;
    mids[Math.floor((frame.t - recording.start) / 1_000)] = (Number(b) + Number(a)) / 2;
  }
  return Array.from(
    mids,
    (mid, second) => mid ?? mids.slice(0, second).findLast((earlier) => earlier !== undefined) ?? 0,
  );
}

function returnsOf(values: readonly number[]): readonly number[] {
  return values.slice(1).map((value, index) => Math.log(value / (values[index] ?? value)));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const [fromA, fromB] = [a.map((value) => value - meanA), b.map((value) => value - meanB)];
  return product(fromA, fromB) / Math.sqrt(product(fromA, fromA) * product(fromB, fromB));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function textOf(seed: number): string {
  return [...synthesise({ ...short, seed })].join('\n');
}

function etherFrames(symbols: readonly string[]): readonly string[] {
  const { frames } = synthesiseRecording({ ...short, symbols });
  return frames.filter((frame) => frame.symbol === 'ETHUSDT').map((frame) => frame.text);
}

describe('a synthetic session', { timeout: 30_000 }, () => {
  test('is the same to the byte from the same seed and another from another seed', () => {
    const [one, again, other] = [textOf(1), textOf(1), textOf(2)];

    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  test('says of itself that it is synthetic, in the form of Binance USD-M', () => {
    const recording = synthesiseRecording(short);

    expect(recording).toMatchObject({
      name: 'synthetic-7',
      kind: 'synthetic',
      venue: 'binance',
      market: 'usdm',
      symbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
      malformed: 0,
      reversals: 0,
    });
    expect(topicsOf(recording, 'SOLUSDT')).toEqual({
      book: 'solusdt@depth@100ms',
      trade: 'solusdt@trade',
      quote: 'solusdt@bookTicker',
    });
  });

  test.each(['file.ndjson', 'file.ndjson.gz'])('is the same through %s', async (name) => {
    const folder = await mkdtemp(join(tmpdir(), 'tickwise-synthetic-'));
    const path = join(folder, name);

    await writeSynthetic(path, short);

    const bytes = await readFile(path);
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    const read = await openRecording(path);
    await rm(folder, { recursive: true });
    expect(text).toBe([...synthesise(short)].map((entry) => `${entry}\n`).join(''));
    expect(read).toEqual({ ...synthesiseRecording(short), name: 'file' });
  });

  test('has books that never cross, quotes equal to their top and trades at the touch, whatever the seed', () => {
    const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XYZUSDT', 'A1'];

    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (seed) => {
        const recording = synthesiseRecording({ seed, duration: 6_000, symbols });
        for (const symbol of symbols) {
          const { seen } = new CheckedReplay(recording, symbol);
          assert.ok(Math.min(...Object.values(seen)) > 0, 'there is something of each kind');
        }
      }),
      { numRuns: 6 },
    );
  });

  test('has about 25 to 40 frames a second per symbol, and ends when asked', () => {
    const recording = synthesiseRecording();

    const perSecond = recording.frameCount / 120 / 3;
    expect(perSecond).toBeGreaterThan(22);
    expect(perSecond).toBeLessThan(42);
    expect(recording.end - recording.start).toBeGreaterThan(119_000);
    expect(recording.end - recording.start).toBeLessThan(120_000);
  });

  test('goes up and down by several basis points and moves its symbols together', () => {
    for (const seed of [1, 2, 3]) {
      const recording = synthesiseRecording({ seed });
      const seconds = recording.symbols.map((symbol) => secondsOf(recording, symbol));
      const bitcoin = seconds[0] ?? [];
      const overTen = bitcoin.slice(10).map((mid, index) => mid / (bitcoin[index] ?? mid) - 1);

      expect(Math.max(...overTen)).toBeGreaterThan(3e-4);
      expect(Math.min(...overTen)).toBeLessThan(-3e-4);
      for (const other of seconds.slice(1)) {
        expect(correlation(returnsOf(bitcoin), returnsOf(other))).toBeGreaterThan(0.4);
      }
    }
  });

  test('has bursts: counts per 200 ms vary more than independent arrivals would', () => {
    const recording = synthesiseRecording();
    const counts = new Map<number, number>();
    for (const frame of recording.frames) {
      if (frame.symbol !== 'BTCUSDT' || frame.stream !== 'trade') continue;
      const bin = Math.floor((frame.t - recording.start) / 200);
      counts.set(bin, (counts.get(bin) ?? 0) + 1);
    }

    const values = Array.from({ length: 600 }, (_, bin) => counts.get(bin) ?? 0);
    const mean = meanOf(values);
    const variance = meanOf(values.map((value) => (value - mean) ** 2));
    // A Poisson process has a ratio of 1.
    expect(variance / mean).toBeGreaterThan(1.3);
  });

  test('gives a symbol the same frames whatever the others are', () => {
    const [alone, among] = [etherFrames(['ETHUSDT']), etherFrames(['SOLUSDT', 'NEWUSDT', 'ETHUSDT'])];

    expect(alone).toEqual(among);
  });

  test.each([
    [{ seed: -1 }, 'the seed of a synthetic session must be a whole number from 0 to 4294967295, not -1'],
    [{ seed: 1.5 }, /not 1\.5$/],
    [{ seed: Number.NaN }, /not NaN$/],
    [{ seed: 2 ** 32 }, /not 4294967296$/],
    [{ duration: 999 }, 'a synthetic session lasts from 1000 to 7200000 ms, not 999'],
    [{ duration: Infinity }, /not Infinity$/],
    [{ duration: Number.NaN }, /not NaN$/],
    [{ symbols: [] }, 'a synthetic session has from 1 to 64 different symbols'],
    [{ symbols: ['AA', 'AA'] }, /different symbols$/],
    [{ symbols: ['btc"}'] }, '"btc"}" is no symbol of capital letters and digits'],
  ])('refuses %j in one sentence', (options, message) => {
    const make = (): unknown => synthesise(options);

    expect(make).toThrow(UserError);
    expect(make).toThrow(message);
  });
});
