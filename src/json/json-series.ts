import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { SeriesColumns, SeriesRing } from '../ring/index.js';
import { Answers } from './answers.js';
import { EncodedRows } from './encoded-rows.js';
import { type JsonSeriesOptions, readSeries, type SeriesSource } from './json-series-options.js';
import type { JsonSeriesExplanation, JsonSeriesStats } from './json-series-stats.js';
import { SeriesTally } from './series-tally.js';

const OPEN_AND_CLOSE = '[]';

/**
 * The newest rows of a `SeriesRing` as JSON, of which each row is encoded once, and again only when it changed.
 *
 * The text is to the byte what `JSON.stringify` gives for the rows as an array of plain objects with the named
 * columns: NaN and infinite numbers are `null`, -0 is `0`, a column with a `length` is an array of numbers. Whatever
 * happened to the ring in between: rows that came, the open row amended, late rows put between others, rows of the
 * same time replaced, `clear`.
 *
 * Cost of a call after a change: the rows that came or changed are encoded, and the answer is copied once (`view`
 * does not even copy). When a row was amended or came late, each number of the rows asked for is compared with what
 * was encoded. Memory: the JSON of as many rows as were ever asked for, up to four times while it grows, and 8 bytes
 * per number of them.
 *
 * @example
 * const bars = new SeriesRing({ capacity: 1_000, columns: { ts: 'f64', close: 'f64' } });
 * const json = new JsonSeries(bars, { columns: ['ts', 'close'] });
 * bars.append(60_000, 100.5);
 * bars.append(120_000, 101);
 * json.stringify(2); // '[{"ts":60000,"close":100.5},{"ts":120000,"close":101}]'
 * bars.amend({ close: 101.25 });
 * json.bytes(1); // Buffer of '[{"ts":120000,"close":101.25}]'
 */
export class JsonSeries<const Columns extends SeriesColumns> {
  readonly #source: SeriesSource;
  readonly #rows: EncodedRows;
  readonly #tally = new SeriesTally();
  readonly #buffers = new Answers<Buffer>();
  readonly #texts = new Answers<string>();
  #version = -1;

  /** @throws ConfigError (ERR_CONFIG) when `ring` is no SeriesRing or has no column of a name in `columns`. */
  constructor(ring: SeriesRing<Columns>, options: JsonSeriesOptions<Columns>) {
    const { source, columns } = readSeries(ring, options);
    this.#source = source;
    this.#rows = new EncodedRows(source, columns);
  }

  /**
   * The newest `n` rows as UTF-8 bytes, oldest first.
   *
   * The bytes are never written to again, so they can be handed to a socket that sends them later. Until the ring
   * changes, everybody who asks for as many rows gets the same Buffer: do not write to it.
   * @param n How many rows, a whole number from 0 to the ring's `size`, which is the default.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when `n` is anything else.
   */
  bytes(n: number = this.#source.size): Buffer {
    this.#begin(n);
    const known = this.#buffers.get(n);
    if (known !== undefined) return this.#tally.repeat(known);
    if (n === 0) return this.#buffers.keep(n, Buffer.from(OPEN_AND_CLOSE));
    return this.#buffers.keep(n, this.#rows.bytes.copy(this.#update(n)));
  }

  /**
   * The same bytes where they lie, not copied: a view of memory that the next call of any method writes to again.
   *
   * For what is done with them at once, such as hashing or writing to a file synchronously. Do not write to it, and do
   * not give it to a socket, which keeps what it cannot send yet: that takes `bytes(n)`.
   * @param n As in `bytes`.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) as `bytes` does.
   */
  view(n: number = this.#source.size): Buffer {
    this.#begin(n);
    return n === 0 ? Buffer.from(OPEN_AND_CLOSE) : this.#rows.bytes.view(this.#update(n));
  }

  /**
   * The same as a string.
   *
   * @param n As in `bytes`.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) as `bytes` does.
   */
  stringify(n: number = this.#source.size): string {
    this.#begin(n);
    const known = this.#texts.get(n);
    if (known !== undefined) return this.#tally.repeat(known);
    if (n === 0) return this.#texts.keep(n, OPEN_AND_CLOSE);
    return this.#texts.keep(n, this.#rows.bytes.string(this.#update(n)));
  }

  /** What happened so far, as a plain object. */
  stats(): JsonSeriesStats {
    const { first, end } = this.#rows.bytes;
    return this.#tally.stats(end - first, this.#rows.storageBytes);
  }

  /** How the answer of the last call came about: which rows were encoded for it, and why. */
  explain(): JsonSeriesExplanation {
    return this.#tally.explain(this.#version);
  }

  #begin(rows: number): void {
    const { size, version } = this.#source;
    if (!Number.isInteger(rows) || rows < 0 || rows > size)
      throw new ArgumentError(`JsonSeries: n must be a whole number from 0 to size (${size}), got ${show(rows)}`);
    this.#tally.begin(rows);
    if (version === this.#version) return;
    this.#buffers.forget();
    this.#texts.forget();
    this.#rows.refresh();
    this.#version = version;
  }

  #update(rows: number): number {
    return this.#rows.update(rows, this.#tally.work);
  }
}
