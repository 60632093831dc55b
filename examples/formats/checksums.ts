import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, gunzipSync } from 'node:zlib';
import { type CodecValue, SeriesCodec } from 'tickwise/codec';
import { segmentNames, unsettledRows } from './journal.js';

const MARK = '"msg":';
/** Blocks say themselves what is in them; the columns of the reader do not matter. */
const codec = new SeriesCodec<Record<string, 'f64'>, Record<string, CodecValue>>({ any: 'f64' });

/** A line of a recording: `text` is the frame as it was on the wire, for `open` the address. */
interface Frame {
  readonly t: number;
  readonly dir: string;
  readonly text: string;
}

/** A line for each file of a folder with what it holds and a checksum: the same as `examples/python/checksums.py`. */
export function checksums(folder: string): string[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory())
        return segmentNames(path).length > 0 ? [`${name} ${journalChecksum(path)}`] : [];
      const bytes = (): Buffer => readFileSync(path);
      if (name.endsWith('.twc')) return [`${name} ${blockChecksum(bytes())}`];
      return /\.ndjson(\.gz)?$/.test(name) ? [`${name} ${recordingChecksum(bytes())}`] : [];
    });
}

function blockChecksum(block: Uint8Array): string {
  const names = codec.explain(block).columns.map(({ name }) => name);
  const rows = codec.decode(block);
  let checksum = crc32(Buffer.concat(names.map(valueBytes)));
  for (const row of rows) checksum = crc32(Buffer.concat(names.map((name) => valueBytes(row[name] ?? null))), checksum);
  return `${rows.length} rows ${hex(checksum)}`;
}

function journalChecksum(directory: string): string {
  const rows = unsettledRows(directory);
  let checksum = 0;
  for (const { id, payload } of rows) checksum = crc32(Buffer.concat([Buffer.from(id), payload]), checksum);
  return `${rows.length} unsettled rows ${hex(checksum)}`;
}

/** Bytes that differ for any two values that differ. */
function valueBytes(value: CodecValue): Buffer {
  if (value === null) return Buffer.from('0');
  if (typeof value === 'boolean') return Buffer.from(value ? 't' : 'f');
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf16le');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    return Buffer.concat([Buffer.from('s'), length, text]);
  }
  return Buffer.concat([Buffer.from('n'), Number.isNaN(value) ? Buffer.from('nan') : double(value)]);
}

function recordingChecksum(bytes: Buffer): string {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const lines = (isPacked ? gunzipSync(bytes) : bytes).toString().split('\n');
  const frames = lines.map((line) => toFrame(line.trimEnd())).filter((frame) => frame !== undefined);
  let checksum = 0;
  for (const { t, dir, text } of frames)
    checksum = crc32(Buffer.concat([double(t), Buffer.from(dir), Buffer.from(text)]), checksum);
  return `${frames.length} frames ${hex(checksum)}`;
}

function toFrame(line: string): Frame | undefined {
  try {
    const { t, dir, url } = JSON.parse(line) as { t?: unknown; dir?: unknown; url?: unknown };
    if (typeof t !== 'number') return undefined;
    if (dir === 'open' && typeof url === 'string') return { t, dir, text: url };
    const from = line.indexOf(MARK);
    return (dir === 'in' || dir === 'out') && from !== -1
      ? { t, dir, text: line.slice(from + MARK.length, -1) }
      : undefined;
  } catch {
    return undefined;
  }
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
