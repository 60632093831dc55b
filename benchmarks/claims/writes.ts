import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BatchWriter } from 'tickwise/batch';
import { SeriesCodec } from 'tickwise/codec';
import type { ClaimGroup, Measured } from '../runner/claim.js';
import { PLATFORM, TRACKER } from './support/documents.js';
import { mustEqual, saving } from './support/saving.js';
import { type Trade, trades, TRADES_SOURCE } from './support/trades.js';
import { UnavailableError } from './support/unavailable.js';

const BATCH = 500;
/** What Linux counts of a process. */
const COUNTERS = '/proc/self/io';

/** Blocks of a file, each after its length in four bytes. */
const LENGTH = 4;

const codec = new SeriesCodec({ ts: 'time', symbol: 'dictionary', price: { decimals: 2 }, size: 'f64' });

/** Bytes and calls of write so far, as the kernel counts them. */
function written(): { readonly bytes: number; readonly calls: number } {
  if (!existsSync(COUNTERS)) throw new UnavailableError(`only Linux has ${COUNTERS}`);
  const text = readFileSync(COUNTERS, 'utf8');
  return { bytes: Number(/wchar: (\d+)/.exec(text)?.[1]), calls: Number(/syscw: (\d+)/.exec(text)?.[1]) };
}

/** A line for every trade, appended when it comes. */
function byLine(path: string): Promise<void> {
  for (const trade of trades()) appendFileSync(path, `${JSON.stringify(trade)}\n`);
  return Promise.resolve();
}

/** Blocks of columns, appended a batch at a time. */
async function byBlock(path: string): Promise<void> {
  const writer = new BatchWriter<Trade>({
    maxItems: BATCH,
    sink: async (rows) => {
      const block = codec.encode(rows.map((row) => ({ ...row })));
      const length = Buffer.alloc(LENGTH);
      length.writeUInt32LE(block.length);
      appendFileSync(path, Buffer.concat([length, block]));
    },
  });
  for (const trade of trades()) if (!writer.add(trade)) await writer.ready();
  await writer.close();
}

function blocksOf(path: string): unknown[] {
  const bytes = readFileSync(path);
  const rows: unknown[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + LENGTH + bytes.readUInt32LE(at);
    rows.push(...codec.decode(bytes.subarray(at + LENGTH, end)));
    at = end;
  }
  return rows;
}

/** Both ways into files of a folder that is removed again; the same trades must come back. */
async function compare(what: string, counter: (count: ReturnType<typeof written>) => number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwise-writes-'));
  try {
    const [lines, blocks] = [join(folder, 'lines'), join(folder, 'blocks')];
    // Counted between, so that nothing of the other is in it.
    const times = [written()];
    await byLine(lines);
    times.push(written());
    await byBlock(blocks);
    times.push(written());
    const [start = 0, middle = 0, end = 0] = times.map(counter);
    mustEqual(
      readFileSync(lines, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      blocksOf(blocks),
    );
    return saving(what, middle - start, end - middle);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Files as they lie on the disk, against the same lines compressed. */
async function storage(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwise-storage-'));
  try {
    writeFileSync(
      join(folder, 'lines.gz'),
      gzipSync(
        trades()
          .map((trade) => `${JSON.stringify(trade)}\n`)
          .join(''),
      ),
    );
    await byBlock(join(folder, 'blocks'));
    mustEqual(trades(), blocksOf(join(folder, 'blocks')));
    const sizes = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).length]));
    return saving('bytes', sizes.get('lines.gz') ?? Number.NaN, sizes.get('blocks') ?? Number.NaN);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const HOW = `${TRADES_SOURCE}: a line of JSON appended for each against a BatchWriter of ${BATCH} and SeriesCodec; the same trades read back.`;

export default {
  title: 'what is written to disk',
  claims: [
    {
      source: { document: TRACKER, words: 'Disk I/O: Can reduce writes by ~60%' },
      claim: 'disk writes: 60 % less',
      how: `${HOW} Bytes passed to write, counted by the kernel.`,
      promised: { atLeast: 0.6 },
      measure: () => compare('bytes written', ({ bytes }) => bytes),
    },
    {
      source: { document: TRACKER, words: 'Target: 40% reduction in I/O operations' },
      claim: 'I/O operations: 40 % fewer',
      how: `${HOW} Calls of write, counted by the kernel.`,
      promised: { atLeast: 0.4 },
      measure: () => compare('calls of write', ({ calls }) => calls),
    },
    {
      source: { document: PLATFORM, words: 'Reduces storage usage by 40-60%' },
      claim: 'storage: 40 % less',
      how: `${TRADES_SOURCE}: one gzip of all lines of JSON, the best of the usual, against blocks of ${BATCH} by SeriesCodec, each of which can be read alone.`,
      promised: { atLeast: 0.4 },
      measure: storage,
    },
  ],
} satisfies ClaimGroup;
