import type { BotJob, SymbolJob } from '../bot/job.js';
import { rosterOf } from '../models/roster.js';
import { type Playable, topicsOf } from '../recording/index.js';
import { UserError } from '../user-error.js';
import type { DemoOptions } from './options.js';
import { priceTexts } from './price-texts.js';

/** What both bots are asked to do, without the files they write. */
export type CommonJob = Omit<BotJob, 'port' | 'services' | 'database' | 'result'>;

/** Milliseconds: a spectrum needs 257 bars. */
const SHORT = 28_000;

/** Milliseconds from which on a session is long: its times are told in minutes, not in ticks. */
const LONG = 30 * 60_000;

/**
 * Says what to trade on a recording.
 * @throws UserError when a symbol or a model is unknown.
 */
export function makeJob(recording: Playable, options: DemoOptions): CommonJob {
  const { venue, market } = recording;
  const bar = options.bar ?? barFor(recording);
  return {
    venue,
    market,
    symbols: chosenSymbols(recording, options.symbols).map((symbol) => symbolJob(recording, symbol)),
    models: rosterOf(options.models).map((model) => model.name),
    bar,
    isWatched: options.dashboard !== undefined,
    mode: options.mode,
    ttlScale: options.ttlScale,
    start: Math.floor(recording.start / bar) * bar,
  };
}

/** Bars in milliseconds of which a recording has enough for every model to speak. */
function barFor({ kind, start, end }: Playable): number {
  if (kind === 'bars') return 60_000;
  if (end - start < SHORT) return 10;
  return end - start < LONG ? 100 : 1_000;
}

function chosenSymbols({ symbols, name }: Playable, wanted: string | undefined): readonly string[] {
  if (wanted === undefined) return symbols;
  if (/^\d+$/.test(wanted)) {
    const count = Number(wanted);
    if (count >= 1 && count <= symbols.length) return symbols.slice(0, count);
    throw new UserError(`${name} has ${symbols.length} symbols, --symbols asks for ${count}`);
  }
  const chosen = [...new Set(wanted.split(',').map((symbol) => symbol.trim()))];
  const unknown = chosen.find((symbol) => !symbols.includes(symbol));
  if (unknown === undefined) return chosen;
  throw new UserError(`${name} has no symbol "${unknown}"; it has ${symbols.join(', ')}`);
}

function symbolJob(recording: Playable, symbol: string): SymbolJob {
  const listing = recording.listings?.get(symbol);
  if (listing !== undefined) return { symbol, topics: listing.topics, midStep: stepOf(listing.priceDecimals) };
  const decimals = priceTexts(recording, symbol).reduce((most, text) => Math.max(most, decimalsOf(text)), 0);
  return { symbol, topics: topicsOf(recording, symbol), midStep: stepOf(decimals) };
}

/** A mid price lies between two prices. */
function stepOf(decimals: number): number {
  return 0.5 / 10 ** decimals;
}

/** Decimals that a price has; venues fill up with zeros. */
function decimalsOf(text: string): number {
  return text.split('.')[1]?.replace(/0+$/, '').length ?? 0;
}
