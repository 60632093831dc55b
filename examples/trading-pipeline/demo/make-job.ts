import type { BotJob, SymbolJob } from '../bot/job.js';
import { rosterOf } from '../models/roster.js';
import { type Recording, topicsOf } from '../recording/index.js';
import { UserError } from '../user-error.js';
import { isBotVenue } from './choose-inputs.js';
import type { DemoOptions } from './options.js';
import { priceTexts } from './price-texts.js';

/** What both bots are asked to do, without the files they write. */
export type CommonJob = Omit<BotJob, 'port' | 'database' | 'result'>;

/**
 * Says what to trade on a recording.
 * @throws UserError when the venue, a symbol or a model is unknown.
 */
export function makeJob(recording: Recording, options: DemoOptions): CommonJob {
  const { venue, market, name } = recording;
  if (!isBotVenue(venue))
    throw new UserError(`${name} is a recording of ${venue}; the bots read Bybit 2021 and Binance`);
  return {
    venue,
    market,
    symbols: chosenSymbols(recording, options.symbols).map((symbol) => symbolJob(recording, symbol)),
    models: rosterOf(options.models).map((model) => model.name),
    bar: options.bar,
    start: Math.floor(recording.start / options.bar) * options.bar,
  };
}

function chosenSymbols({ symbols, name }: Recording, wanted: string | undefined): readonly string[] {
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

function symbolJob(recording: Recording, symbol: string): SymbolJob {
  const decimals = priceTexts(recording, symbol).map((text) => text.split('.')[1]?.length ?? 0);
  return { symbol, topics: topicsOf(recording, symbol), midStep: 0.5 / 10 ** Math.max(0, ...decimals) };
}
