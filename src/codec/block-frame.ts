import { crc32 } from 'node:zlib';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { compress, expand } from './compression.js';
import { corruptBlock } from './corrupt-block.js';
import type { Compression } from './series-codec-options.js';

// A block: 'TWC', a byte for the version, a byte for the compression, the length of the body as a varint, the body
// as compressed, and the CRC32 of all of that, lowest byte first.
const MAGIC = [0x54, 0x57, 0x43] as const;
const VERSION = 1;
const METHODS: readonly Compression[] = ['none', 'gzip', 'brotli'];
const CHECKSUM_BYTES = 4;
const SHORTEST = MAGIC.length + 3 + CHECKSUM_BYTES;

/** A block without its frame. */
export interface OpenedBlock {
  /** Version of the format. */
  readonly version: number;
  /** How the body was compressed. */
  readonly compress: Compression;
  /** The body, uncompressed. */
  readonly body: Uint8Array;
}

/** Puts a body into a block. It is compressed only when that makes it smaller. */
export function sealBlock(body: Uint8Array, wanted: Compression): Uint8Array {
  const packed = wanted === 'none' ? body : compress(body, wanted);
  const [method, content] = packed.length < body.length ? [wanted, packed] : ['none' as const, body];
  const frame = new ByteWriter(SHORTEST + CHECKSUM_BYTES);
  for (const byte of MAGIC) frame.byte(byte);
  frame.byte(VERSION);
  frame.byte(METHODS.indexOf(method));
  frame.varint(body.length);
  const block = new Uint8Array(frame.length + content.length + CHECKSUM_BYTES);
  block.set(frame.view());
  block.set(content, frame.length);
  const end = block.length - CHECKSUM_BYTES;
  viewOf(block).setUint32(end, crc32(block.subarray(0, end)), true);
  return block;
}

/** Takes a body out of its block. @throws CorruptDataError when anything about the bytes is wrong. */
export function openBlock(block: Uint8Array, maxBytes: number): OpenedBlock {
  const end = verifiedEnd(block);
  const [version, method] = [block[MAGIC.length], block[MAGIC.length + 1] ?? METHODS.length];
  if (version !== VERSION) throw corruptBlock(`it has version ${version}, and ${VERSION} is the newest known`);
  const packing = METHODS[method];
  if (packing === undefined) throw corruptBlock(`compression ${method} is unknown`);
  const reader = new ByteReader(block.subarray(0, end), MAGIC.length + 2);
  const length = reader.count(maxBytes, 'bytes');
  const body = expand(reader.raw(reader.left), packing, length);
  if (body.length !== length) throw corruptBlock(`${body.length} bytes where ${length} belong`);
  return { version, compress: packing, body };
}

/** Where the content ends and the checksum begins. */
function verifiedEnd(block: Uint8Array): number {
  if (block.length < SHORTEST) throw corruptBlock(`only ${block.length} bytes`);
  if (MAGIC.some((byte, index) => block[index] !== byte)) throw corruptBlock('it does not begin with TWC');
  const end = block.length - CHECKSUM_BYTES;
  if (crc32(block.subarray(0, end)) !== viewOf(block).getUint32(end, true)) throw corruptBlock('the checksum differs');
  return end;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
