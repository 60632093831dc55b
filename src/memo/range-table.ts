import type { MemoCounters } from './memo-stats.js';
import { BLOCK_STEPS, RangeBlock } from './range-block.js';
import type { Steps } from './range-grid.js';
import type { RangeSeries } from './range-series.js';
import type { Phase } from './range-trust.js';

/** Bounds of a table. */
export interface RangeBounds {
  /** Most series. */
  readonly maxSeries: number;
  /** Most steps of all series. */
  readonly maxRows: number;
  /** Most steps of one series. */
  readonly maxRowsPerSeries: number;
}

/**
 * All series of a cache, within bounds. Memory is taken and given back in blocks: over its bound a series gives up
 * its block asked for least recently, over the total bound the series asked for least recently gives up such a block.
 */
export class RangeTable {
  /** Steps about which something is known. */
  entries = 0;
  readonly #maxSeries: number;
  readonly #maxBlocks: number;
  readonly #maxBlocksPerSeries: number;
  readonly #counters: MemoCounters;
  /** The series asked for least recently first. */
  readonly #series = new Map<string, RangeSeries>();
  #blocks = 0;
  #uses = 0;

  constructor(bounds: RangeBounds, counters: MemoCounters) {
    this.#maxSeries = bounds.maxSeries;
    this.#maxBlocks = blocksFor(bounds.maxRows);
    this.#maxBlocksPerSeries = blocksFor(bounds.maxRowsPerSeries);
    this.#counters = counters;
  }

  /** Series held now. */
  get size(): number {
    return this.#series.size;
  }

  /** Finds a series without counting as a use. */
  find(key: string): RangeSeries | undefined {
    return this.#series.get(key);
  }

  /** Finds a series for a call, or makes it. */
  use(key: string, make: () => RangeSeries): RangeSeries {
    const found = this.#series.get(key);
    const series = found ?? make();
    if (found !== undefined) this.#series.delete(key);
    this.#series.set(key, series);
    if (found === undefined) this.trimSeries(series);
    return series;
  }

  /** Marks the blocks of these steps as used now. */
  touch(series: RangeSeries, { lo, hi }: Steps): void {
    this.#uses++;
    for (let number = blockOf(lo); number * BLOCK_STEPS < hi; number++) {
      const block = series.blocks.get(number);
      if (block !== undefined) block.lastUse = this.#uses;
    }
  }

  /** Notes what is known about a step, asked for in a phase: a row, or undefined for a hole. */
  write(series: RangeSeries, index: number, row: unknown, freshUntil: number, phase: Phase): void {
    const number = blockOf(index);
    const block = series.blocks.get(number) ?? this.#addBlock(series, number);
    this.entries -= block.known;
    block.write(index - number * BLOCK_STEPS, row, freshUntil, phase);
    this.entries += block.known;
  }

  /** Forgets what is known about these steps, and keeps running loads of them from being stored. */
  invalidate(series: RangeSeries, steps: Steps): void {
    for (const flight of series.flights) flight.cut(steps);
    for (const [number, block] of series.blocks) {
      const start = number * BLOCK_STEPS;
      this.entries -= block.known;
      const end = Math.min(BLOCK_STEPS, steps.hi - start);
      for (let offset = Math.max(0, steps.lo - start); offset < end; offset++) block.forget(offset);
      this.entries += block.known;
      if (block.known === 0) this.#removeBlock(series, number, block);
    }
    if (series.newest >= steps.lo && series.newest < steps.hi) series.newest = -Infinity;
  }

  /** Forgets the steps between two, both excluded, that are taken to be empty for a while. */
  forgetDoubts(series: RangeSeries, after: number, before: number): void {
    for (const [number, block] of series.blocks) {
      const start = number * BLOCK_STEPS;
      this.entries -= block.known;
      const end = Math.min(BLOCK_STEPS, before - start);
      for (let offset = Math.max(0, after + 1 - start); offset < end; offset++) {
        if (block.rowAt(offset) === undefined && block.freshUntil(offset) < Infinity) block.forget(offset);
      }
      this.entries += block.known;
      if (block.known === 0) this.#removeBlock(series, number, block);
    }
  }

  /** Forgets everything, and keeps all running loads from being stored. */
  clear(): void {
    for (const series of this.#series.values()) this.invalidate(series, { lo: -Infinity, hi: Infinity });
    for (const [key, series] of this.#series) if (series.flights.size === 0) this.#series.delete(key);
  }

  /** Gives up series over the bound. Those with running loads stay until these end, so that no step loads twice. */
  trimSeries(kept?: RangeSeries): void {
    if (this.#series.size <= this.#maxSeries) return;
    for (const [key, series] of this.#series) {
      if (this.#series.size <= this.#maxSeries) return;
      if (series === kept || series.flights.size > 0) continue;
      for (const [number, block] of series.blocks) this.#evict(series, number, block);
      this.#series.delete(key);
    }
  }

  #addBlock(series: RangeSeries, number: number): RangeBlock {
    if (series.blocks.size >= this.#maxBlocksPerSeries) this.#evictFrom(series);
    else if (this.#blocks >= this.#maxBlocks) this.#evictFromOldest();
    const block = new RangeBlock();
    block.lastUse = this.#uses;
    series.blocks.set(number, block);
    this.#blocks++;
    return block;
  }

  #evictFromOldest(): void {
    for (const series of this.#series.values()) {
      if (series.blocks.size === 0) continue;
      this.#evictFrom(series);
      return;
    }
  }

  #evictFrom(series: RangeSeries): void {
    let oldest: [number, RangeBlock] | undefined;
    for (const entry of series.blocks) if (oldest === undefined || entry[1].lastUse < oldest[1].lastUse) oldest = entry;
    if (oldest !== undefined) this.#evict(series, ...oldest);
  }

  #evict(series: RangeSeries, number: number, block: RangeBlock): void {
    this.#counters.evictions += block.known;
    this.entries -= block.known;
    this.#removeBlock(series, number, block);
  }

  #removeBlock(series: RangeSeries, number: number, block: RangeBlock): void {
    if (series.blocks.get(number) !== block) return;
    series.blocks.delete(number);
    this.#blocks--;
  }
}

function blockOf(index: number): number {
  return Math.floor(index / BLOCK_STEPS);
}

/** Blocks that hold any window of so many steps, wherever it begins. */
function blocksFor(steps: number): number {
  return Math.ceil(steps / BLOCK_STEPS) + 1;
}
