import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { corruptBlock } from './corrupt-block.js';

/** What a dictionary column can hold. */
export type DictionaryValue = string | boolean | null;

const UTF8 = 0;
const UTF16 = 1;
const NULL = 2;
const FALSE = 3;
const TRUE = 4;

// A byte order mark is a character like any other here.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Writes one value: a byte for its kind, and for texts their length in bytes and the bytes. */
export function writeEntry(writer: ByteWriter, value: DictionaryValue): void {
  if (typeof value !== 'string') return writer.byte(value === null ? NULL : value ? TRUE : FALSE);
  // Half of a surrogate pair has no UTF-8.
  const isUtf16 = /\p{Surrogate}/u.test(value);
  writer.byte(isUtf16 ? UTF16 : UTF8);
  writeBytes(writer, isUtf16 ? Buffer.from(value, 'utf16le') : encoder.encode(value));
}

/** Reads what `writeEntry` wrote. */
export function readEntry(reader: ByteReader): DictionaryValue {
  const kind = reader.byte();
  switch (kind) {
    case UTF8:
      return readText(reader);
    case UTF16: {
      const bytes = readBytes(reader);
      if (bytes.length % 2 === 1) throw corruptBlock('UTF-16 text of half a character');
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf16le');
    }
    case NULL:
      return null;
    case FALSE:
      return false;
    case TRUE:
      return true;
    default:
      throw corruptBlock(`an entry of kind ${kind}`);
  }
}

/** Writes well-formed text: its length in bytes, and the bytes as UTF-8. */
export function writeText(writer: ByteWriter, text: string): void {
  writeBytes(writer, encoder.encode(text));
}

/** Reads what `writeText` wrote. */
export function readText(reader: ByteReader): string {
  const bytes = readBytes(reader);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw corruptBlock('a text is no UTF-8', cause);
  }
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  writer.varint(bytes.length);
  writer.raw(bytes);
}

function readBytes(reader: ByteReader): Uint8Array {
  return reader.raw(reader.count(reader.left, 'bytes of text'));
}
