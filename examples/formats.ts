// Writes a recording, a journal and blocks of rows into a folder, and prints checksums of what they hold. A reader in another
// language that prints the same has understood FORMATS.md: python3 examples/python/checksums.py <folder>
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BatchWriter } from 'tickwise/batch';
import { SeriesCodec } from 'tickwise/codec';
import { checksums } from './formats/checksums.js';

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'tickwise-formats-'));
mkdirSync(folder, { recursive: true });

const start = 1_723_161_256_322;
const trades = Array.from({ length: 500 }, (_, index) => ({
  ts: start + Math.floor(index / 3) * 40,
  symbol: index % 5 < 3 ? 'BTCUSDT' : 'ETHUSDT',
  side: index % 11 < 6 ? 'buy' : 'sell',
  price: (index % 5 < 3 ? 618_003 + (index % 7) : 26_838 + (index % 3)) / 10,
  size: (((index * 7_919) % 400) + 1) / 1_000,
}));
const columns = { ts: 'time', symbol: 'dictionary', side: 'dictionary', price: { decimals: 1 }, size: 'f64' } as const;
for (const compress of ['none', 'gzip'] as const)
  writeFileSync(join(folder, `trades-${compress}.twc`), new SeriesCodec(columns, { compress }).encode(trades));

// What arithmetic on the way would change.
const hard = [0.1 + 0.2, -0, Number.NaN, Infinity, 1e300, 5e-324, 2 ** 53, 61_800.3, null, 1 / 3];
const words = ['', 'null', '€😀', '\ud800', true, false, null, 'null', true, ''];
const kinds = { value: 'f64', ts: 'time', word: 'dictionary' } as const;
const hardest = new SeriesCodec<
  typeof kinds,
  { value: number | null; ts: number | null; word: string | boolean | null }
>(kinds);
writeFileSync(
  join(folder, 'hard.twc'),
  hardest.encode(hard.map((value, index) => ({ value, ts: value, word: words[index] ?? null }))),
);

// A recording: what came over the wire, byte for byte, here with spaces that JSON would not keep.
const recording = [
  `{"t":${start}.000,"dir":"open","url":"wss://stream.example/ws"}`,
  `{"t":${start}.125,"dir":"out","msg":{"method":"SUBSCRIBE","params":["btcusdt@trade"]}}`,
  `{"t":${start}.481,"dir":"in","msg":{ "e":"trade", "p":"61800.30", "note":"\\"msg\\": € \\u20ac" }}`,
];
writeFileSync(join(folder, 'session.ndjson.gz'), gzipSync(`${recording.join('\n')}\n`));

// A journal whose sink was down to the end: its rows wait for the next writer.
const writer = new BatchWriter<(typeof trades)[number]>({
  sink: () => Promise.reject(new Error('down')),
  journal: { directory: join(folder, 'journal') },
  closeTimeout: 0,
  onError: () => undefined,
});
for (const trade of trades.slice(0, 100)) writer.add(trade);
await writer.secured();
await writer.close().catch((error: Error) => console.error(error.message));

for (const line of checksums(folder)) console.log(line);
