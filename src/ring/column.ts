import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { ColumnKind, TypedArray } from './series-columns.js';
import type { NamedColumn } from './series-options.js';

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
  /** Newest window handed out, kept because several readers ask for the same one. */
  cachedView: TypedArray | undefined;
  /** Rows of `cachedView`. */
  cachedRows = 0;
  /** How many rows the ring had ever taken when `cachedView` was made. */
  cachedAt = -1;
  readonly #data: TypedArray;
  /** Distance between a number and its second copy; 0 without one, which then is stored twice in place. */
  readonly #mirror: number;
  /** Whether any number can be stored as it is. */
  readonly #isFloat: boolean;
  /** Whether it is a float column of one number per row, the common case. */
  readonly #isPlain: boolean;
  readonly #min: number;
  readonly #max: number;
  readonly #tolerance: number;
  // The scale as a fraction of whole numbers where it has few decimals: 7 / 100 is the double nearest to 0.07,
  // 7 * 0.01 is not.
  readonly #multiplier: number;
  readonly #divisor: number;

  constructor(shape: NamedColumn, slots: number, isMirrored: boolean) {
    const { type, scale = 1, length } = shape;
    this.shape = shape;
    this.name = shape.name;
    this.width = length ?? 1;
    this.#data = new ARRAYS[type](slots * this.width * (isMirrored ? 2 : 1));
    this.#mirror = isMirrored ? slots * this.width : 0;
    this.isVector = length !== undefined;
    this.#isFloat = type === 'f64' || type === 'f32';
    this.#isPlain = this.#isFloat && !this.isVector;
    [this.#min, this.#max] = RANGES[type];
    this.#tolerance = shape.scale === undefined ? 0 : GRID_TOLERANCE;
    [this.#multiplier, this.#divisor] = asFraction(scale);
  }

  /** The memory that views of this column share. */
  get buffer(): ArrayBufferLike {
    return this.#data.buffer;
  }

  /** Writes a row's value. @throws ArgumentError when the column cannot hold it. */
  put(slot: number, value: unknown): void {
    // Hot path: no allocation, and small enough to be inlined into `append` once per column.
    if (this.#isPlain && typeof value === 'number') {
      const data = this.#data;
      data[slot] = value;
      data[slot + this.#mirror] = value;
    } else this.#putChecked(slot, value);
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
    return ((this.#data[index] ?? Number.NaN) * this.#multiplier) / this.#divisor;
  }

  /** Copies one row over another. */
  copyRow(from: number, to: number): void {
    for (let i = 0; i < this.width; i++)
      this.#store(to * this.width + i, this.#data[from * this.width + i] ?? Number.NaN);
  }

  /** A view of rows that lie side by side. Mirrored columns have twice as many slots to view. */
  view(slot: number, rows: number): TypedArray {
    const { width } = this;
    return this.#data.subarray(slot * width, (slot + rows) * width);
  }

  /** Keeps the newest window for readers that ask for the same one. `count`: rows the ring has ever taken. */
  rememberView(view: TypedArray, rows: number, count: number): void {
    this.cachedView = view;
    this.cachedRows = rows;
    this.cachedAt = count;
  }

  /** Lets go of the remembered window. */
  forgetView(): void {
    this.cachedView = undefined;
    this.cachedAt = -1;
  }

  /** A new array of this column's kind for so many rows. */
  allocate(rows: number): TypedArray {
    return new ARRAYS[this.shape.type](rows * this.width);
  }

  /** Whether an array is of this column's kind. */
  isOwnKind(array: unknown): array is TypedArray {
    return array instanceof ARRAYS[this.shape.type];
  }

  /** Fills the first slots with rows as a snapshot stores them. */
  load(stored: Uint8Array): void {
    const bytes = new Uint8Array(this.#data.buffer);
    bytes.set(stored, 0);
    bytes.set(stored, this.#mirror * this.#data.BYTES_PER_ELEMENT);
  }

  #store(index: number, value: number): void {
    this.#data[index] = value;
    this.#data[index + this.#mirror] = value;
  }

  #putChecked(slot: number, value: unknown): void {
    if (this.isVector) this.#putVector(slot, value);
    else this.#store(slot, this.#toStored(value));
  }

  #putVector(slot: number, values: unknown): void {
    const { width } = this;
    if (!isArrayLike(values) || values.length !== width) throw this.#refusal(values);
    for (let i = 0; i < width; i++) this.#store(slot * width + i, this.#toStored(values[i]));
  }

  #toStored(value: unknown): number {
    if (typeof value !== 'number') throw this.#refusal(value);
    if (this.#isFloat) return value;
    const units = (value * this.#divisor) / this.#multiplier;
    const whole = Math.round(units);
    if (!(whole >= this.#min && whole <= this.#max)) throw this.#refusal(value);
    // At the far end of u32 the division alone can miss the grid by more than the tolerance.
    const isOnGrid = Math.abs(units - whole) <= this.#tolerance || (whole * this.#multiplier) / this.#divisor === value;
    if (!isOnGrid) throw this.#refusal(value);
    return whole;
  }

  #refusal(value: unknown): ArgumentError {
    const { scale, length } = this.shape;
    const unit = scale === undefined ? 'whole numbers' : `multiples of ${scale}`;
    const range = `${unit} from ${this.#min * (scale ?? 1)} to ${this.#max * (scale ?? 1)}`;
    const numbers = this.#isFloat ? 'numbers' : range;
    const expected = length === undefined ? numbers : `arrays of ${length} numbers, ${numbers}`;
    return new ArgumentError(`SeriesRing: column '${this.name}' takes ${expected}, got ${show(value)}`);
  }
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
