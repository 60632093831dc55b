import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openRecording, type Recording } from '../../../examples/trading-pipeline/recording/index.js';

/** Folder of the real recordings. */
export const dataFolder = resolve(process.env['TICKWISE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data'));

/** Whether there are real recordings; tests that need them are skipped without. */
export const hasData = existsSync(join(dataFolder, 'ws'));

if (!hasData)
  console.log(`skipped: tests on real recordings; set TICKWISE_DATA to their folder (not in ${dataFolder})`);

/** Reads a real recording by its name. */
export function recorded(name: string): Promise<Recording> {
  return openRecording(join(dataFolder, 'ws', `${name}.ndjson.gz`));
}
