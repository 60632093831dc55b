import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const FOLDER = process.env['TICKWISE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Lines of a recording of bars, cut at the commas. None, with one line said, where it is absent. */
export function readBars(name: string): string[][] {
  const path = join(FOLDER, 'bars', name);
  if (!existsSync(path)) {
    console.warn(`skipped: no recording at ${path}`);
    return [];
  }
  const text = gunzipSync(readFileSync(path)).toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}
