import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import type { Recording } from '../recording/index.js';
import { RecordingBuilder } from '../recording/recording-builder.js';

import { checkOptions, type SyntheticOptions } from './options.js';
import { sessionFrames, START } from './session-frames.js';
import type { SyntheticFrame } from './symbol-session.js';

/**
 * Makes the lines of a recording: Binance USD-M trades, quotes and depth of correlated symbols, with their REST
 * snapshots, through quiet, wild and trending times. The first line names the options.
 *
 * The same options give the same lines. About 30 frames per second and symbol.
 * @throws UserError when an option is out of its range.
 */
export function synthesise(options: SyntheticOptions = {}): Generator<string> {
  return lines(checkOptions(options));
}

/** Makes a session in memory, read by the same reader as every recording. */
export function synthesiseRecording(options: SyntheticOptions = {}): Recording {
  const builder = new RecordingBuilder(`synthetic-${checkOptions(options).seed}`);
  let number = 0;
  for (const text of synthesise(options)) builder.add({ number: (number += 1), text });
  return builder.finish();
}

/** Writes a session to a file, packed when its name ends in `.gz`. */
export async function writeSynthetic(path: string, options: SyntheticOptions = {}): Promise<void> {
  const text = Readable.from(withLineEnds(synthesise(options)));
  const file = createWriteStream(path);
  await (path.endsWith('.gz') ? pipeline(text, createGzip(), file) : pipeline(text, file));
}

function* withLineEnds(texts: Iterable<string>): Generator<string> {
  for (const text of texts) yield `${text}\n`;
}

function* lines(options: Required<SyntheticOptions>): Generator<string> {
  const { seed, duration, symbols } = options;
  const url = `synthetic://usdm?seed=${seed}&duration=${duration}&symbols=${symbols.join(',')}`;
  yield `{"t":${START}.000,"dir":"open","url":"${url}"}`;
  for (const frame of sessionFrames(options)) yield lineOf(frame);
}

function lineOf({ t, kind, symbol, text }: SyntheticFrame): string {
  const whose = kind === 'snapshot' ? `"for":"${symbol}",` : '';
  return `{"t":${t.toFixed(3)},"dir":"in",${whose}"msg":${text}}`;
}
