import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { ColumnKind, TypedArray } from './series-columns.js';
import type { NamedColumn } from './series-options.js';
import { ViewMemory } from './view-memory.js';

const ARRAYS = { f64: Float64Array, f32: Float32Array, i32: Int32Array, u32: Uint32Array };

const RANGES: Readonly<Record<ColumnKind, readonly [min: number, max: number]>> = {
  f64: [-Infinity, Infinity],
  f32: [-Infinity, Infinity],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
};

/** How far from the grid of its scale a value may be, in units of the scale. */
const GRID_TOLERANCE = 1e-6;

/**
 * The storage of one column: `slots` rows, in the mirrored layout each of them twice, `slots` apart.
 *
 * Knows nothing of order: the ring says which slot is which row.
 */
export class Column {
  /** The checked options it was made from. */
  readonly shape: NamedColumn;
  /** Name of the column, kept beside `shape` because each pushed row reads it. */
  readonly name: string;
  /** Numbers per row. */
  readonly width: number;
  /** Whether rows hold arrays. A `length` of 1 still is an array. */
  readonly isVector: boolean;
  /** Whether it is a float column of one number per row, the common case. */
  readonly isPlain: boolean;
  /** The windows handed out last. */
  readonly views = new ViewMemory();
  readonly #data: TypedArray;
  readonly #scratch: Float64Array;
  readonly #buffer: ArrayBuffer;
  /** Where slot 0 is in `#data`. */
  readonly #base: number;
  readonly #slots: number;
  /** Distance between a number and its second copy; 0 without one, which then is stored twice in place. */
  readonly #mirror: number;
  /** Whether any number can be stored as it is. */
  readonly #isFloat: boolean;
  readonly #min: number;
  readonly #max: number;
  readonly #tolerance: number;
  // The scale as a fraction of whole numbers where it has few decimals: 7 / 100 is the double nearest to 0.07,
  // 7 * 0.01 is not.
  readonly #multiplier: number;
  readonly #divisor: number;

  /** `data`: memory for several columns, of which this one begins at `base`; else it has memory of its own. */
  constructor(shape: NamedColumn, slots: number, isMirrored: boolean, data?: TypedArray, base = 0) {
    const { type, scale = 1, length } = shape;
    this.shape = shape;
    this.name = shape.name;
    this.width = length ?? 1;
    this.#data = data ?? newArray(type, slots * this.width * (isMirrored ? 2 : 1));
    // Made by `newArray`, so never shared memory.
    this.#buffer = this.#data.buffer as ArrayBuffer;
    this.#base = base;
    this.#slots = slots;
    this.#mirror = isMirrored ? slots * this.width : 0;
    this.isVector = length !== undefined;
    this.#scratch = new Float64Array(length ?? 0);
    this.#isFloat = type === 'f64' || type === 'f32';
    this.isPlain = this.#isFloat && !this.isVector;
    [this.#min, this.#max] = RANGES[type];
    this.#tolerance = shape.scale === undefined ? 0 : GRID_TOLERANCE;
    [this.#multiplier, this.#divisor] = asFraction(scale);
  }

  /** Whether an array shows memory of this column. */
  owns(view: TypedArray): boolean {
    return view.buffer === this.#buffer;
  }

  /** Writes a row's value, an array as `readVector` gives it. @throws ArgumentError when the column cannot hold it. */
  put(slot: number, value: unknown): void {
    // Hot path: no allocation, and small enough to be inlined into `append` once per column.
    if (this.isPlain && typeof value === 'number') this.#store(slot, value);
    else this.#putChecked(slot, value);
  }

  /**
   * Gives an array whose numbers can be read without running code, for getters among them may do anything: a typed
   * array itself, else one that the next call overwrites. @throws ArgumentError when it is no array of the column's
   * length.
   */
  readVector(values: unknown): ArrayLike<unknown> {
    if (!isArrayLike(values) || values.length !== this.width) throw this.refusal(values);
    if (ArrayBuffer.isView(values)) return values;
    for (let i = 0; i < this.width; i++) {
      const value = values[i];
      if (typeof value !== 'number') throw this.refusal(value);
      this.#scratch[i] = value;
    }
    return this.#scratch;
  }

  /** Reads a row's value as it was given: a number, or a new array of them. */
  get(slot: number): number | Float64Array {
    if (!this.isVector) return this.number(slot);
    const values = new Float64Array(this.width);
    for (let i = 0; i < this.width; i++) values[i] = this.number(slot * this.width + i);
    return values;
  }

  /** Reads one number as it was given. For a column without `length`, `index` is the slot. */
  number(index: number): number {
    return (this.#load(index) * this.#multiplier) / this.#divisor;
  }

  /** Copies one row over another. */
  copyRow(from: number, to: number): void {
    for (let i = 0; i < this.width; i++) this.#store(to * this.width + i, this.#load(from * this.width + i));
  }

  /** Moves the row in a slot so many rows back; each row that it passes moves one slot on. */
  moveBack(slot: number, distance: number): void {
    for (let i = 0; i < this.width; i++) {
      const value = this.#load(slot * this.width + i);
      let to = slot;
      for (let step = 0; step < distance; step++) {
        const from = to === 0 ? this.#slots - 1 : to - 1;
        this.#store(to * this.width + i, this.#load(from * this.width + i));
        to = from;
      }
      this.#store(to * this.width + i, value);
    }
  }

  /** A new view of rows that lie side by side. Mirrored columns have twice as many slots to view. */
  view(slot: number, rows: number): TypedArray {
    const start = this.#base + slot * this.width;
    const length = rows * this.width;
    // Constructors by name: `subarray`, or one read from a table, takes twice as long.
    switch (this.shape.type) {
      case 'f64':
        return new Float64Array(this.#buffer, start * 8, length);
      case 'f32':
        return new Float32Array(this.#buffer, start * 4, length);
      case 'i32':
        return new Int32Array(this.#buffer, start * 4, length);
      case 'u32':
        return new Uint32Array(this.#buffer, start * 4, length);
      default:
        return this.shape.type satisfies never;
    }
  }

  /** A new array of this column's kind for so many rows. */
  allocate(rows: number): TypedArray {
    return newArray(this.shape.type, rows * this.width);
  }

  /** Whether an array is of this column's kind. */
  isOwnKind(array: unknown): array is TypedArray {
    return array instanceof ARRAYS[this.shape.type];
  }

  /** Fills the first slots with rows as a snapshot stores them. */
  load(stored: Uint8Array): void {
    const bytes = new Uint8Array(this.#buffer);
    const size = this.#data.BYTES_PER_ELEMENT;
    bytes.set(stored, this.#base * size);
    bytes.set(stored, (this.#base + this.#mirror) * size);
  }

  #load(index: number): number {
    return this.#data[this.#base + index] ?? Number.NaN;
  }

  #store(index: number, value: number): void {
    const data = this.#data;
    const at = this.#base + index;
    data[at] = value;
    data[at + this.#mirror] = value;
  }

  #putChecked(slot: number, value: unknown): void {
    // `readVector` gives such.
    if (this.isVector) this.#putVector(slot, value as ArrayLike<unknown>);
    else this.#store(slot, this.#toStored(value));
  }

  #putVector(slot: number, values: ArrayLike<unknown>): void {
    const { width } = this;
    for (let i = 0; i < width; i++) this.#store(slot * width + i, this.#toStored(values[i]));
  }

  #toStored(value: unknown): number {
    if (typeof value !== 'number') throw this.refusal(value);
    if (this.#isFloat) return value;
    const units = (value * this.#divisor) / this.#multiplier;
    const whole = Math.round(units);
    if (!(whole >= this.#min && whole <= this.#max)) throw this.refusal(value);
    // At the far end of u32 the division alone can miss the grid by more than the tolerance.
    const isOnGrid = Math.abs(units - whole) <= this.#tolerance || (whole * this.#multiplier) / this.#divisor === value;
    if (!isOnGrid) throw this.refusal(value);
    return whole;
  }

  /** The error for a value that the column cannot hold. */
  refusal(value: unknown): ArgumentError {
    const { scale, length } = this.shape;
    const unit = scale === undefined ? 'whole numbers' : `multiples of ${scale}`;
    const range = `${unit} from ${this.#min * (scale ?? 1)} to ${this.#max * (scale ?? 1)}`;
    const numbers = this.#isFloat ? 'numbers' : range;
    const expected = length === undefined ? numbers : `arrays of ${length} numbers, ${numbers}`;
    return new ArgumentError(`column '${this.name}' takes ${expected}, got ${show(value)}`);
  }
}

/** An array of a column's kind, filled with zeros. */
export function newArray(kind: ColumnKind, length: number): TypedArray {
  return new ARRAYS[kind](length);
}

function asFraction(scale: number): [multiplier: number, divisor: number] {
  for (let divisor = 1; divisor <= 1e12; divisor *= 10) {
    const multiplier = Math.round(scale * divisor);
    if (multiplier / divisor === scale) return [multiplier, divisor];
  }
  return [scale, 1];
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value && typeof value.length === 'number';
}
