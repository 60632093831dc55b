import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { SeriesRing } from 'tickwise/ring';

import { HISTORY, type NaiveBar } from '../naive/bot.js';
import { BAR_COLUMNS, type BarColumn, type Bars, newBars } from '../optimised/desk.js';
import type { HistoryBytes, MemoryQuestion } from './question.js';

/** Bars in a history: as many as the usual way keeps. */
const BARS = HISTORY;

/** Copies that are made before any is measured. */
const WARM_UP = 20;

const ROUNDS = 5;

type Row = Record<BarColumn, number>;

/** Builds histories of the same bars in four forms, and full ones of both versions, and says what each takes. */
export function historyBytes({
  symbols,
  models,
  hasWorkers,
}: Extract<MemoryQuestion, { type: 'histories' }>): HistoryBytes {
  const copies = symbols * models;
  const ruler = new Ruler();
  return {
    bars: BARS,
    objectsPerModel: ruler.bytesOf(copies, newObjects),
    objectsShared: ruler.bytesOf(symbols, newObjects),
    columnsPerModel: ruler.bytesOf(copies, () => newColumns('compact')),
    mirroredShared: ruler.bytesOf(symbols, () => newColumns('mirrored')),
    naive: ruler.bytesOf(copies, newNaiveBars),
    optimised: ruler.bytesOf(hasWorkers ? 2 * symbols : symbols, newDeskBars),
  };
}

function newObjects(): Row[] {
  const rows: Row[] = [];
  for (let index = 0; index < BARS; index += 1) rows.push(rowAt(index));
  return rows;
}

/** The columns of a desk. */
function newColumns(layout: 'compact' | 'mirrored'): SeriesRing<Readonly<Record<BarColumn, 'f64'>>> {
  const columns = Object.fromEntries(BAR_COLUMNS.map((name) => [name, 'f64'])) as Record<BarColumn, 'f64'>; // all its keys
  const ring = new SeriesRing({ capacity: BARS, columns, layout });
  for (let index = 0; index < BARS; index += 1) ring.push(rowAt(index));
  return ring;
}

/** What a bot of the usual way remembers. */
function newNaiveBars(): NaiveBar[] {
  const bars: NaiveBar[] = [];
  for (let index = 0; index < HISTORY; index += 1) {
    const { close, volume } = rowAt(index);
    bars.push({ close, volume });
  }
  return bars;
}

/** What a desk remembers. */
function newDeskBars(): Bars {
  const bars = newBars();
  for (let index = 0; index < bars.capacity; index += 1) bars.push(rowAt(index));
  return bars;
}

/** No field is a whole number, which takes less as an object's field. */
function rowAt(index: number): Row {
  const close = 60_000.05 + index * 0.1;
  const [bid, ask] = [close - 0.05, close + 0.05];
  const [volume, bidSize, askSize] = [index * 0.013 + 0.5, index * 0.017 + 0.3, index * 0.019 + 0.7];
  const imbalance = (bidSize - askSize) / (bidSize + askSize);
  return { ts: 1.7e12 + index * 100, close, volume, imbalance, tilt: imbalance / 2, bid, bidSize, ask, askSize };
}

/** Measures what is held because of what was made. Nothing is let go meanwhile, so that only what is new counts. */
class Ruler {
  readonly #made: object[] = [];

  /**
   * Bytes of heap and array buffers, the median of several rounds. The first copies are not counted: making them loads
   * and compiles code.
   */
  bytesOf(copies: number, make: () => object): number {
    this.#make(WARM_UP, make);
    const rounds = Array.from({ length: ROUNDS }, () => {
      const before = held();
      this.#make(copies, make);
      return held() - before;
    });
    return rounds.toSorted((a, b) => a - b)[(ROUNDS - 1) / 2] ?? Number.NaN;
  }

  #make(copies: number, make: () => object): void {
    for (let copy = 0; copy < copies; copy += 1) this.#made.push(make());
  }
}

function held(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void; // what the flag gives
  // The second one finds what finalizers have freed.
  collect();
  collect();
}
