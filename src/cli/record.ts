import { parseArgs } from 'node:util';
import type { Clock } from '../core/clock.js';
import { isWebSocketUrl } from '../feed/protocol.js';
import { type RecordingPlan, runRecording } from './record-session.js';
import { UsageError, type Verb } from './verb.js';
import { VENUES } from './venues.js';

const HELP = `Usage: tickwise record <venue> <symbol …> [--minutes <n>] [--out <folder>] [--topic <stream> …]

Records what a venue sends about some symbols (trades, best prices, the book) into a packed file of one frame a
line, which replayFeed plays back. Needs the package ws. Ctrl-C ends a recording early, and its file is whole.

Venues, each with a symbol as it writes them:
${listOfVenues()}
Coinbase, Kraken, Deribit and OKX were shown on recordings; nobody has reported a live run yet.

Options:
  --minutes <n>     how long; a fraction is allowed        (default: 5)
  --out <folder>    where the file goes; made when missing (default: recordings)
  --topic <stream>  a stream by the venue's own name; may be repeated; with it no symbol is needed
  --url <address>   another address of the venue, such as its test network or a replay on ws://127.0.0.1
  --plain           does not pack the file
  -h, --help        print this

Exit code: 0 recorded, 1 the venue could not be reached or refused, or the file could not be written, 2 wrong usage.`;

/** Longest recording of one call, in minutes: a week. */
const MOST_MINUTES = 10_080;

/** Records a venue; `clock` says how long and when. */
export function recordVerb(clock: Clock): Verb {
  return {
    summary: 'record what a venue sends into a file that replayFeed plays back',
    help: HELP,
    run: (args, output) => runRecording(readPlan(args), output, clock),
  };
}

function readPlan(args: readonly string[]): RecordingPlan {
  const { values, positionals } = parse(args);
  const [name = '', ...symbols] = positionals;
  if (name === '') throw new UsageError('name a venue and a symbol, such as: tickwise record bybit:linear BTCUSDT');
  const venue = VENUES.get(name);
  if (venue === undefined) {
    throw new UsageError(`there is no venue '${name}'; there are ${[...VENUES.keys()].join(', ')}`);
  }
  const topics = [...new Set([...symbols.flatMap((symbol) => venue.topics(symbol)), ...(values.topic ?? [])])];
  if (topics.length === 0) throw new UsageError(`name a symbol of ${name}, such as ${venue.example}`);
  const { url, out = 'recordings', plain = false } = values;
  if (url !== undefined && !isWebSocketUrl(url)) throw new UsageError(`--url must start with ws: or wss:, got ${url}`);
  if (out === '') throw new UsageError('--out must name a folder');
  return { name, venue, topics, url, folder: out, isPacked: !plain, duration: durationOf(values.minutes ?? '5') };
}

function parse(args: readonly string[]) {
  const one = { type: 'string' } as const;
  const options = {
    minutes: one,
    out: one,
    url: one,
    topic: { ...one, multiple: true },
    plain: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function durationOf(text: string): number {
  const minutes = text.trim() === '' ? NaN : Number(text);
  if (minutes > 0 && minutes <= MOST_MINUTES) return minutes * 60_000;
  throw new UsageError(`--minutes must be a number above 0 and up to ${MOST_MINUTES}, got ${text}`);
}

function listOfVenues(): string {
  const width = Math.max(...[...VENUES.keys()].map(({ length }) => length));
  return [...VENUES].map(([name, { example }]) => `  ${name.padEnd(width)}  ${example}`).join('\n');
}
