import type { PostgresClient } from './client.js';
import { MessageBytes } from './message-bytes.js';
import { misfit, type Rows, valueOf } from './rows.js';
import type { Table, TableColumn } from './table.js';

/** The part of pg's connection that is used. */
interface WireConnection {
  readonly stream: { write(bytes: Uint8Array): unknown };
}

/** Message types of the protocol. */
const QUERY = 'Q'.charCodeAt(0);
const COPY_DATA = 'd'.charCodeAt(0);
const COPY_DONE = 'c'.charCodeAt(0);

/** Bytes from which rows go on in another message; the protocol's limit is 1 GiB. */
const LARGE_MESSAGE = 2 ** 26;
const LENGTH_BYTES = 4;
/** Bytes first set aside for a value. */
const USUAL_VALUE_BYTES = 20;

const TAB = 9;
const LINE_END = 10;
const NULL = String.raw`\N`;

/** Sends what `copyMessages` made. Resolves when all rows are stored; none is when it rejects. */
export function copyRows(client: PostgresClient, messages: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyRequest(messages, resolve, reject));
  });
}

/**
 * All that COPY of these rows says: statement, rows and end.
 *
 * They go out in one write, without a wait for the server's invitation, which makes it one round trip instead of two.
 * A server that refuses the statement drops the rows behind it, and the connection stays good.
 *
 * The text form and not the binary one: text is read by the type that the column has when it arrives, while binary
 * values would be silently misread after an `ALTER TABLE`.
 *
 * @throws when a value does not fit its column.
 */
export function copyMessages({ name, columns }: Table, rows: Rows): Uint8Array {
  const { items } = rows;
  const bytes = new MessageBytes(1_024 + items.length * columns.length * USUAL_VALUE_BYTES);
  const query = open(bytes, QUERY);
  bytes.text(`COPY ${name} (${columns.map((column) => column.name).join(', ')}) FROM STDIN`);
  bytes.byte(0);
  end(bytes, query);
  let data = open(bytes, COPY_DATA);
  for (let index = 0; index < items.length; index++) {
    writeLine(bytes, columns, rows, index);
    if (bytes.length - data < LARGE_MESSAGE) continue;
    end(bytes, data);
    data = open(bytes, COPY_DATA);
  }
  end(bytes, data);
  end(bytes, open(bytes, COPY_DONE));
  return bytes.view();
}

/** One line of COPY's text form. Hot path: once per row. */
function writeLine(bytes: MessageBytes, columns: readonly TableColumn[], rows: Rows, index: number): void {
  for (let position = 0; position < columns.length; position++) {
    const column = columns[position] as TableColumn; // every position exists
    if (position > 0) bytes.byte(TAB);
    const value = valueOf(rows, index, column);
    if (value === null) bytes.text(NULL);
    else if (!column.writeCopy(bytes, value)) throw misfit();
  }
  // A row of one empty text is an empty line, which COPY reads as just that.
  bytes.byte(LINE_END);
}

/** Begins a message and returns where its length belongs. */
function open(bytes: MessageBytes, type: number): number {
  bytes.byte(type);
  bytes.int32(0);
  return bytes.length - LENGTH_BYTES;
}

function end(bytes: MessageBytes, start: number): void {
  bytes.int32At(start, bytes.length - start);
}

/** An object that pg lets talk to the connection by itself. Its methods are those that pg calls. */
class CopyRequest {
  /** Set by pg, when it has a time limit of its own; it waits for the call. */
  callback: ((error?: unknown) => void) | undefined;
  readonly #messages: Uint8Array;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #error: unknown;
  #hasFailed = false;

  constructor(messages: Uint8Array, resolve: () => void, reject: (error: unknown) => void) {
    this.#messages = messages;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit({ stream }: WireConnection): void {
    stream.write(this.#messages);
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
