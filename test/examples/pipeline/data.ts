import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openRecording, type Recording } from '../../../examples/trading-pipeline/recording/index.js';

/** Folder of the real recordings. */
const dataFolder = resolve(process.env['TICKWISE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data'));

/** Whether there are real recordings; tests that need them are skipped without. */
export const hasData = existsSync(join(dataFolder, 'ws'));

if (!hasData)
  console.log(`skipped: tests on real recordings; set TICKWISE_DATA to their folder (not in ${dataFolder})`);

/** The first part of a recording, by its own time in milliseconds. */
export function firstPart(recording: Recording, duration: number): Recording {
  const end = recording.start + duration;
  const frames = recording.frames.filter(({ t }) => t <= end);
  return { ...recording, frames, frameCount: frames.length, end: frames.at(-1)?.t ?? recording.end };
}

/** Reads a real recording by its name. */
export function recorded(name: string): Promise<Recording> {
  return openRecording(join(dataFolder, 'ws', `${name}.ndjson.gz`));
}
