// The rows lie in one buffer, oldest first, each with one byte before it: `,{…},{…},{…}`. The text of the newest n rows
// is a part of it as soon as the byte before the first of them is `[` and the one behind the last is `]`. So an answer
// needs no copy, a new row is written behind the last, and a last row that changed is written over itself.
//
// Rows are named by sequence numbers that only rise. `starts` is a circle over them. The bytes are no circle: rows that
// are dropped leave room at the front, and when the end of the buffer is reached the rest moves there. The buffer has
// room for twice what moves, so that this costs each byte one copy.
const LEAST_BYTES = 1_024;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
/** UTF-8 takes at most so many bytes per code unit. */
const WIDEST = 3;

/** The rows of a series as JSON, side by side in one buffer. */
export class RowBytes {
  readonly #encoding: 'latin1' | 'utf8';
  #buffer = Buffer.allocUnsafeSlow(LEAST_BYTES);
  #starts = new Float64Array(1);
  #first = 0;
  #end = 0;
  /** Where the last row ends. */
  #used = 0;
  /** Where a comma is replaced by `[` at the moment, -1 for nowhere. */
  #opened = -1;

  /** `isAscii`: all texts are. They are written three times as fast. */
  constructor(isAscii: boolean) {
    this.#encoding = isAscii ? 'latin1' : 'utf8';
  }

  /** Number of the oldest row held. */
  get first(): number {
    return this.#first;
  }

  /** Number of the row that `append` takes next. */
  get end(): number {
    return this.#end;
  }

  /** Bytes of storage. */
  get capacityBytes(): number {
    return this.#buffer.length + this.#starts.byteLength;
  }

  /** Forgets all rows; the next one has this number. */
  reset(next: number): void {
    this.#first = next;
    this.#end = next;
    this.#used = 0;
    this.#opened = -1;
  }

  /** Forgets the rows before this one. */
  dropBefore(row: number): void {
    if (row >= this.#end) this.reset(Math.max(row, this.#end));
    else this.#first = Math.max(row, this.#first);
  }

  /** Writes a row behind the last. */
  append(text: string): void {
    this.#close();
    if (this.#end - this.#first === this.#starts.length) this.#growStarts();
    this.#makeRoom(text.length * WIDEST + 1);
    this.#buffer[this.#used] = COMMA;
    this.#setStart(this.#end, this.#used + 1);
    this.#used += 1 + this.#write(text, this.#used + 1);
    this.#end++;
  }

  /** Writes a row in the place of one that is held. Cost: rows behind it move if its length differs. */
  replace(row: number, text: string): void {
    this.#close();
    if (row === this.#end - 1) {
      this.truncate(row);
      this.append(text);
      return;
    }
    this.#makeRoom(text.length * WIDEST);
    const start = this.#startOf(row);
    const behind = this.#startOf(row + 1) - 1;
    const length = Buffer.byteLength(text);
    const moved = start + length - behind;
    if (moved !== 0) this.#moveBehind(row, behind, moved);
    this.#write(text, start);
  }

  /** Forgets this row and all behind it. */
  truncate(row: number): void {
    this.#close();
    this.#used = this.#startOf(row) - 1;
    this.#end = row;
  }

  /** Writes rows in front of the first, oldest first. Cost: all others move. */
  prepend(texts: readonly string[]): void {
    const behind = this.#first === this.#end ? undefined : this.#text(this.#first);
    const starts = Array.from({ length: this.#end - this.#first }, (_, i) => this.#startOf(this.#first + i));
    this.reset(this.#first - texts.length);
    for (const text of texts) this.append(text);
    if (behind === undefined) return;
    this.#makeRoom(behind.length + 1);
    this.#buffer[this.#used] = COMMA;
    const moved = this.#used + 1 - (starts[0] ?? 0);
    this.#used += 1 + behind.copy(this.#buffer, this.#used + 1);
    for (const start of starts) {
      if (this.#end - this.#first === this.#starts.length) this.#growStarts();
      this.#setStart(this.#end++, start + moved);
    }
  }

  /** The rows from this one on as an array, in this buffer: right until the next call of any method. */
  view(row: number): Buffer {
    this.#close();
    const start = this.#startOf(row) - 1;
    this.#buffer[start] = OPEN;
    this.#buffer[this.#used] = CLOSE;
    this.#opened = start;
    return this.#buffer.subarray(start, this.#used + 1);
  }

  /** The rows from this one on as an array, in memory of its own. */
  copy(row: number): Buffer {
    const view = this.view(row);
    // Not from the pool that Node shares among buffers: whoever transfers this one takes nothing else along.
    const bytes = Buffer.allocUnsafeSlow(view.length);
    view.copy(bytes);
    return bytes;
  }

  /** The rows from this one on as an array. */
  string(row: number): string {
    const view = this.view(row);
    return view.toString(this.#encoding);
  }

  /** Undoes what `view` wrote between rows. */
  #close(): void {
    if (this.#opened >= 0) this.#buffer[this.#opened] = COMMA;
    this.#opened = -1;
  }

  #write(text: string, at: number): number {
    return this.#buffer.write(text, at, this.#encoding);
  }

  /** A copy of the rows from this one on. */
  #text(row: number): Buffer {
    this.#close();
    return Buffer.from(this.#buffer.subarray(this.#startOf(row), this.#used));
  }

  #moveBehind(row: number, from: number, distance: number): void {
    this.#buffer.copyWithin(from + distance, from, this.#used);
    this.#used += distance;
    for (let each = row + 1; each < this.#end; each++) this.#setStart(each, this.#startOf(each) + distance);
  }

  /** Makes room behind the last row. */
  #makeRoom(bytes: number): void {
    // One more, for the bracket behind the last row.
    if (this.#used + bytes + 1 > this.#buffer.length) this.#compact(bytes);
  }

  #compact(bytes: number): void {
    const from = this.#first === this.#end ? this.#used : this.#startOf(this.#first) - 1;
    const held = this.#used - from;
    const source = this.#buffer;
    const needed = 2 * (held + bytes + 1);
    if (needed > source.length) this.#buffer = Buffer.allocUnsafeSlow(Math.max(needed, 2 * source.length));
    source.copy(this.#buffer, 0, from, this.#used);
    this.#used = held;
    for (let row = this.#first; row < this.#end; row++) this.#setStart(row, this.#startOf(row) - from);
  }

  #growStarts(): void {
    const before = this.#starts;
    const starts = new Float64Array(2 * before.length);
    for (let row = this.#first; row < this.#end; row++) starts[row % starts.length] = before[row % before.length] ?? 0;
    this.#starts = starts;
  }

  #startOf(row: number): number {
    return this.#starts[row % this.#starts.length] ?? 0;
  }

  #setStart(row: number, start: number): void {
    this.#starts[row % this.#starts.length] = start;
  }
}
