/** How a column stores its numbers: 64 or 32-bit floating point, signed or unsigned 32-bit integer. */
export type ColumnKind = 'f64' | 'f32' | 'i32' | 'u32';

/** A column with more than a kind. */
export interface ColumnOptions {
  /**
   * How numbers are stored. `f64` keeps every double bit by bit, `f32` rounds to about seven digits,
   * `i32` and `u32` take whole numbers (of `scale`) only.
   */
  readonly type: ColumnKind;
  /**
   * For `i32` and `u32`: what one unit of the stored integer is worth, such as a price's tick size.
   *
   * Rows take and give prices; windows hold the stored integers. A value further than a millionth of a
   * unit off the grid is refused.
   * @default 1, and then only exact whole numbers are taken
   * @remarks From 1e-12 to 1e12.
   */
  readonly scale?: number;
  /**
   * Makes each row hold this many numbers, such as 50 book levels: rows take an array of exactly this
   * length, and a window of n rows holds n × length numbers, row after row.
   * @default one plain number per row
   * @remarks A whole number from 1 to 65536.
   */
  readonly length?: number;
}

/** What `columns` accepts for one column. */
export type ColumnSpec = ColumnKind | ColumnOptions;

/** Column names and kinds, in column order. */
export type SeriesColumns = Readonly<Record<string, ColumnSpec>>;

/** What a row holds for a column: a number, or an array of numbers when the column has a `length`. */
export type ColumnValue<Spec extends ColumnSpec> = Spec extends ColumnKind
  ? number
  : Spec extends { readonly length: number }
    ? ArrayLike<number>
    : 'length' extends keyof Spec
      ? number | ArrayLike<number>
      : number;

/** A row as it goes in: one value per column. */
export type SeriesRow<Columns extends SeriesColumns> = {
  readonly [Name in keyof Columns]: ColumnValue<Columns[Name]>;
};

/** What is read back for a column: a number, or an own `Float64Array` when the column has a `length`. */
export type StoredValue<Spec extends ColumnSpec> = Spec extends ColumnKind
  ? number
  : Spec extends { readonly length: number }
    ? Float64Array
    : 'length' extends keyof Spec
      ? number | Float64Array
      : number;

/** A row as it comes out: one value per column. */
export type StoredRow<Columns extends SeriesColumns> = {
  -readonly [Name in keyof Columns]: StoredValue<Columns[Name]>;
};

/** The arrays that columns are made of. */
export type TypedArray = Float64Array | Float32Array | Int32Array | Uint32Array;

/** The array in which a window of a column comes. */
export type ColumnWindow<Spec extends ColumnSpec> = {
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
}[Spec extends ColumnKind ? Spec : Spec extends { readonly type: infer Kind extends ColumnKind } ? Kind : never];
