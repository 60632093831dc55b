import type { PostgresClient } from './client.js';
import type { RowTexts } from './row-text.js';
import type { Table } from './table.js';

/** The part of pg's connection that is used. */
interface WireConnection {
  readonly stream: { write(bytes: Uint8Array): unknown };
}

/** Message types of the protocol. */
const QUERY = 'Q'.charCodeAt(0);
const COPY_DATA = 'd'.charCodeAt(0);
const COPY_DONE = 'c'.charCodeAt(0);

/** Most bytes of one message with rows; the protocol's limit is 1 GiB. */
const LARGEST_MESSAGE = 2 ** 26;

/**
 * Stores rows by COPY: all, or none when it rejects.
 *
 * Statement, rows and end go out in one write, without a wait for the server's invitation, which makes it one round
 * trip instead of two. A server that refuses the statement drops the rows behind it, and the connection stays good.
 *
 * The text form and not the binary one: text is read by the type that the column has when it arrives, while binary
 * values would be silently misread after an `ALTER TABLE`.
 */
export function copyRows(client: PostgresClient, table: Table, rows: readonly RowTexts[]): Promise<void> {
  const columns = table.columns.map(({ name }) => name).join(', ');
  return new Promise((resolve, reject) => {
    client.query(new CopyRequest(`COPY ${table.name} (${columns}) FROM STDIN`, rows, resolve, reject));
  });
}

/** One line of COPY's text form, with its line end. */
function copyLine(row: RowTexts): string {
  let line = '';
  let separator = '';
  for (const text of row) {
    line += separator;
    separator = '\t';
    line += text === null ? '\\N' : NEEDS_ESCAPE.test(text) ? text.replaceAll(ESCAPED, escape) : text;
  }
  // A row of one empty text is an empty line, which COPY reads as just that.
  return `${line}\n`;
}

const NEEDS_ESCAPE = /[\\\t\n\r]/;
const ESCAPED = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escape(character: string): string {
  return ESCAPES[character] ?? character;
}

/** An object that pg lets talk to the connection by itself. Its methods are those that pg calls. */
class CopyRequest {
  /** Set by pg, when it has a time limit of its own; it waits for the call. */
  callback: ((error?: unknown) => void) | undefined;
  readonly #sql: string;
  readonly #rows: readonly RowTexts[];
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #error: unknown;
  #hasFailed = false;

  constructor(sql: string, rows: readonly RowTexts[], resolve: () => void, reject: (error: unknown) => void) {
    this.#sql = sql;
    this.#rows = rows;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit({ stream }: WireConnection): void {
    stream.write(messagesOf(this.#sql, this.#rows));
  }

  handleError(error: unknown): void {
    if (!this.#hasFailed) this.#error = error;
    this.#hasFailed = true;
    // A server's error is followed by its readiness for the next statement; the end of the connection by nothing.
    this.#end();
  }

  handleReadyForQuery(): void {
    this.#end();
  }

  handleCopyInResponse(): void {
    // The rows are under way already.
  }

  handleCommandComplete(): void {
    // Said again by the readiness for the next statement.
  }

  handleRowDescription(): void {
    // COPY has none; pg wants the method.
  }

  handleDataRow(): void {
    // As above.
  }

  handleEmptyQuery(): void {
    // As above.
  }

  handlePortalSuspended(): void {
    // As above.
  }

  #end(): void {
    this.callback?.(this.#error);
    if (this.#hasFailed) this.#reject(this.#error);
    else this.#resolve();
  }
}

// Hot path: everything in one buffer, rows encoded once.
function messagesOf(sql: string, rows: readonly RowTexts[]): Uint8Array {
  let text = '';
  for (const row of rows) text += copyLine(row);
  const data = Buffer.from(text);
  const statement = Buffer.from(`${sql}\0`);
  const parts = Math.max(1, Math.ceil(data.length / LARGEST_MESSAGE));
  const bytes = Buffer.allocUnsafe(5 + statement.length + parts * 5 + data.length + 5);
  let at = header(bytes, 0, QUERY, statement.length);
  at += statement.copy(bytes, at);
  for (let from = 0; from < data.length; from += LARGEST_MESSAGE) {
    // A message may end anywhere within a row.
    const end = Math.min(from + LARGEST_MESSAGE, data.length);
    at = header(bytes, at, COPY_DATA, end - from);
    at += data.copy(bytes, at, from, end);
  }
  return bytes.subarray(0, header(bytes, at, COPY_DONE, 0));
}

function header(bytes: Buffer, at: number, type: number, length: number): number {
  bytes[at] = type;
  return bytes.writeInt32BE(length + 4, at + 1);
}
