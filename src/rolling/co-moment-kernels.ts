/*
 * The loops of co-moments.wat in plain JavaScript, for where there is no WebAssembly SIMD: the same operations in
 * the same order, lane by lane, so that results do not depend on the engine. The source in WAT says what they do.
 *
 * Addresses are bytes, as there. Hot paths: no allocation. All addresses are within the memory, so that the casts
 * drop an `undefined` that cannot occur.
 */

/** Loops over the sums behind a rolling correlation matrix; all addresses are bytes of one memory. */
export interface CoMomentKernels {
  /** Adds one bar to rows `first` to `last - 1` of the products. */
  slideOne(products: number, first: number, last: number, bars: number): void;
  /** Adds four bars, one after the other. */
  slideFour(products: number, first: number, last: number, bars: number): void;
  /** Recomputes one symbol's products with all symbols from their values. */
  rebuild(
    values: number,
    pitch: number,
    deviations: number,
    end: number,
    anchors: number,
    size: number,
    sums: number,
    lost: number,
  ): void;
  /** Writes rows of correlations of floats to a full matrix, left of the diagonal. */
  correlateFloats(products: number, out: number, first: number, last: number, size: number, terms: number): void;
  /** The same for whole ticks; `count` is the number of bars. */
  correlateTicks(
    products: number,
    out: number,
    first: number,
    last: number,
    size: number,
    terms: number,
    count: number,
  ): void;
  /** Copies what rows have left of the diagonal to the right of it. */
  mirror(out: number, first: number, last: number, size: number): void;
}

/** Doubles per block of two symbols' waiting bars. */
const BLOCK = 16;

/** Where a row's products begin, in doubles. Rows have an even length. */
export function rowStart(row: number): number {
  return 2 * Math.floor((row * row) / 4);
}

/** Where a symbol's part of the first waiting bar is, in doubles. */
export function ownPart(symbol: number): number {
  return (symbol >> 1) * BLOCK + (symbol & 1);
}

/** Where a symbol's terms of correlations are, in doubles. */
export function ownTerms(symbol: number): number {
  return (symbol >> 1) * 8 + (symbol & 1);
}

/** The loops over a memory of doubles. */
export function jsKernels(memory: Float64Array): CoMomentKernels {
  return {
    slideOne: (products, first, last, bars) => slideOne(memory, products / 8, first, last, bars / 8),
    slideFour: (products, first, last, bars) => slideFour(memory, products / 8, first, last, bars / 8),
    rebuild: (values, pitch, deviations, end, anchors, size, sums, lost) => {
      const even = size + (size & 1);
      for (let bar = 0; bar < (end - deviations) / 8; bar++) {
        const own = memory[deviations / 8 + bar] as number;
        addBar(memory, (values + bar * pitch) / 8, own, anchors / 8, even, sums / 8, lost / 8);
      }
    },
    correlateFloats: (products, out, first, last, size, terms) => {
      for (let row = first; row < last; row++) {
        correlateFloats(memory, products / 8 + rowStart(row), out / 8 + row * size, row, terms / 8);
      }
    },
    correlateTicks: (products, out, first, last, size, terms, count) => {
      for (let row = first; row < last; row++) {
        correlateTicks(memory, products / 8 + rowStart(row), out / 8 + row * size, row, terms / 8, count);
      }
    },
    mirror: (out, first, last, size) => mirror(memory, out / 8, first, last, size),
  };
}

function slideOne(memory: Float64Array, products: number, first: number, last: number, bars: number): void {
  for (let row = first; row < last; row++) {
    const own = bars + ownPart(row);
    const enters = memory[own] as number;
    const leaves = memory[own + 2] as number;
    const end = products + rowStart(row + 1);
    let bar = bars;
    for (let at = products + rowStart(row); at < end; at += 2) {
      memory[at] = (memory[at] as number) + (enters * (memory[bar] as number) - leaves * (memory[bar + 2] as number));
      memory[at + 1] =
        (memory[at + 1] as number) + (enters * (memory[bar + 1] as number) - leaves * (memory[bar + 3] as number));
      bar += BLOCK;
    }
  }
}

function slideFour(memory: Float64Array, products: number, first: number, last: number, bars: number): void {
  for (let row = first; row < last; row++) slideRowByFour(memory, products, row, bars);
}

function slideRowByFour(memory: Float64Array, products: number, row: number, bars: number): void {
  const own = bars + ownPart(row);
  const enters0 = memory[own] as number;
  const leaves0 = memory[own + 2] as number;
  const enters1 = memory[own + 4] as number;
  const leaves1 = memory[own + 6] as number;
  const enters2 = memory[own + 8] as number;
  const leaves2 = memory[own + 10] as number;
  const enters3 = memory[own + 12] as number;
  const leaves3 = memory[own + 14] as number;
  const end = products + rowStart(row + 1);
  let bar = bars;
  for (let at = products + rowStart(row); at < end; at++) {
    let sum = memory[at] as number;
    sum += enters0 * (memory[bar] as number) - leaves0 * (memory[bar + 2] as number);
    sum += enters1 * (memory[bar + 4] as number) - leaves1 * (memory[bar + 6] as number);
    sum += enters2 * (memory[bar + 8] as number) - leaves2 * (memory[bar + 10] as number);
    sum += enters3 * (memory[bar + 12] as number) - leaves3 * (memory[bar + 14] as number);
    memory[at] = sum;
    // From one lane of a block to the other, or to the next block. Rows begin at even places.
    bar += (bar & 1) === (bars & 1) ? 1 : BLOCK - 1;
  }
}

function addBar(
  memory: Float64Array,
  values: number,
  own: number,
  anchors: number,
  size: number,
  sums: number,
  lost: number,
): void {
  for (let symbol = 0; symbol < size; symbol++) {
    const deviation = (memory[values + symbol] as number) - (memory[anchors + symbol] as number);
    const product = own * (deviation === deviation ? deviation : 0);
    const term = product - (memory[lost + symbol] as number);
    const sum = memory[sums + symbol] as number;
    const next = sum + term;
    memory[lost + symbol] = next - sum - term;
    memory[sums + symbol] = next;
  }
}

function correlateFloats(memory: Float64Array, products: number, out: number, row: number, terms: number): void {
  const own = terms + ownTerms(row);
  const enters = memory[own] as number;
  const leaves = memory[own + 2] as number;
  const shift = memory[own + 4] as number;
  const scale = memory[own + 6] as number;
  for (let column = 0; column < row; column++) {
    const term = terms + ownTerms(column);
    const product =
      (memory[products + column] as number) +
      (enters * (memory[term] as number) - leaves * (memory[term + 2] as number));
    const cross = product - shift * (memory[term + 4] as number);
    memory[out + column] = clamp(cross * (scale * (memory[term + 6] as number)));
  }
}

function correlateTicks(
  memory: Float64Array,
  products: number,
  out: number,
  row: number,
  terms: number,
  count: number,
): void {
  const own = terms + ownTerms(row);
  const enters = memory[own] as number;
  const leaves = memory[own + 2] as number;
  const shift = memory[own + 4] as number;
  const scale = memory[own + 6] as number;
  for (let column = 0; column < row; column++) {
    const term = terms + ownTerms(column);
    const product =
      (memory[products + column] as number) +
      (enters * (memory[term] as number) - leaves * (memory[term + 2] as number));
    const cross = count * product - shift * (memory[term + 4] as number);
    memory[out + column] = clamp(cross / Math.sqrt(scale * (memory[term + 6] as number)));
  }
}

function mirror(memory: Float64Array, out: number, first: number, last: number, size: number): void {
  for (let column = 0; column < last; column++) {
    const to = out + column * size;
    for (let row = Math.max(first, column + 1); row < last; row++) {
      memory[to + row] = memory[out + row * size + column] as number;
    }
  }
}

/** Rounding may take a correlation beyond -1 and 1. NaN stays. */
export function clamp(correlation: number): number {
  if (correlation > 1) return 1;
  return correlation < -1 ? -1 : correlation;
}
