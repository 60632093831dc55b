import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import type { Recording } from '../recording/index.js';
import { RecordingBuilder } from '../recording/recording-builder.js';

import { instrumentOf } from './instrument.js';
import { MarketPath, STEP } from './market-path.js';
import { checkOptions, type SyntheticOptions } from './options.js';
import { Random } from './random.js';
import { SymbolSession } from './symbol-session.js';

/** A fixed moment, so that a session does not depend on when it is made. */
const START = Date.UTC(2025, 0, 6);

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

function* lines({ seed, duration, symbols }: Required<SyntheticOptions>): Generator<string> {
  const url = `synthetic://usdm?seed=${seed}&duration=${duration}&symbols=${symbols.join(',')}`;
  yield `{"t":${START}.000,"dir":"open","url":"${url}"}`;
  const market = new MarketPath(new Random(seed, 'market'));
  const sessions = symbols.map((symbol) => new SymbolSession(instrumentOf(symbol), new Random(seed, symbol)));
  for (let from = START; from + STEP <= START + duration; from += STEP) {
    const step = market.step();
    const ofStep = sessions.flatMap((session) => session.step(from, step));
    for (const line of ofStep.toSorted((a, b) => a.t - b.t)) yield line.text;
  }
}
