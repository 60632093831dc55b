import { statSync } from 'node:fs';
import { findRecordings, openBars, openRecording, type Playable, resolveRecording } from '../recording/index.js';
import { type SyntheticOptions, synthesiseSession } from '../synthetic/index.js';
import { UserError } from '../user-error.js';
import type { VenueProcessOptions } from '../venue/index.js';
import type { DemoOptions } from './options.js';

/** A recording, and where the venue's process finds it. */
export interface Input {
  readonly recording: Playable;
  readonly source: VenueProcessOptions['source'];
}

/** Length of a synthetic session. */
const DEFAULT_SECONDS = 60;

const SYNTHETIC_SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];

/** Yields what is to be replayed, one at a time: recordings are large. */
export async function* chooseInputs(options: DemoOptions): AsyncGenerator<Input> {
  if (options.bars !== undefined) {
    const { bars: path, seconds } = options;
    const bars = { path, duration: seconds && seconds * 1_000 };
    yield { recording: await openBars(bars), source: { bars } };
    return;
  }
  if (options.data === undefined && options.recording === undefined) {
    yield synthetic(options);
    return;
  }
  for (const path of await choosePaths(options)) yield { recording: await openRecording(path), source: { path } };
}

function synthetic({ seed, seconds = DEFAULT_SECONDS, symbols }: DemoOptions): Input {
  const isCount = symbols === undefined || /^\d+$/.test(symbols);
  const named = isCount ? firstSymbols(symbols) : symbols.split(',').map((symbol) => symbol.trim());
  const session: SyntheticOptions = { seed, duration: seconds * 1_000, symbols: named };
  return { recording: synthesiseSession(session), source: { synthetic: session } };
}

function firstSymbols(count: string | undefined): string[] {
  const wanted = count === undefined ? SYNTHETIC_SYMBOLS.length : Number(count);
  if (wanted < 1 || wanted > 26) throw new UserError(`a synthetic session has from 1 to 26 symbols, got ${wanted}`);
  return Array.from({ length: wanted }, (_, i) => SYNTHETIC_SYMBOLS[i] ?? `COIN${String.fromCharCode(65 + i)}USDT`);
}

/** One recording by its name, all, or by default the largest of each venue. */
async function choosePaths({ data, recording }: DemoOptions): Promise<readonly string[]> {
  if (recording !== undefined && recording !== 'all') return [await resolveRecording(data, recording)];
  if (data === undefined) throw new UserError('--recording all needs a folder: name it with --data or TICKWISE_DATA');
  const files = await findRecordings(data);
  if (files.length === 0) throw new UserError(`there is no recording of Bybit, Binance, Coinbase or Kraken in ${data}`);
  if (recording === 'all') return files.map(({ path }) => path);
  const largest = new Map<string, { path: string; bytes: number }>();
  for (const { path, venue } of files) {
    const bytes = statSync(path).size;
    if (bytes > (largest.get(venue)?.bytes ?? 0)) largest.set(venue, { path, bytes });
  }
  return [...largest.values()].map(({ path }) => path);
}
