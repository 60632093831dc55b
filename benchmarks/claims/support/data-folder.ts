import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout; this file is compiled to benchmarks/build/claims/support/. */
export const ROOT = join(import.meta.dirname, '../../../..');

/** The recordings: TICKWISE_DATA, or the folder beside the checkout. */
const FOLDER = process.env['TICKWISE_DATA'] || join(ROOT, '../shared/data');

/** Path of a recording, if it is there. */
export function recordingAt(name: string): string | undefined {
  const path = join(FOLDER, name);
  return existsSync(path) ? path : undefined;
}

/** The folder of recordings, if there is one. */
export function recordingFolder(): string | undefined {
  return existsSync(FOLDER) ? FOLDER : undefined;
}
