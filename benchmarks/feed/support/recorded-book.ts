import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type BookChange, bybitV5 } from 'tickwise/feed';

/** The recordings beside the checkout; this file is compiled to benchmarks/build/feed/support/. */
const BESIDE = join(import.meta.dirname, '../../../../../shared/data');

/** The changes of a recorded book of 500 levels a side: a snapshot, then deltas. Read in place. */
export function recordedChanges(): readonly BookChange[] {
  const folder = process.env['TICKWISE_DATA'] ?? BESIDE;
  const path = join(folder, 'ws/bybit-v5-orderbook500-xrpusdt-2024-12-01.ndjson.gz');
  if (!existsSync(path)) throw new Error(`TICKWISE_DATA must name the folder with the recordings; ${path} is missing`);
  const protocol = bybitV5('linear');
  const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n');
  return lines.flatMap((line) => {
    const incoming = protocol.read(protocol.decode(line.slice(line.indexOf('"msg":') + 6, -1)));
    return incoming.type === 'event' && incoming.event.kind === 'book' ? incoming.event.items : [];
  });
}
