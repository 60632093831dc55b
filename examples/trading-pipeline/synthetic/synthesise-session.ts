import type { Frame, Playable, RestSnapshot, Topic } from '../recording/index.js';

import { instrumentOf } from './instrument.js';
import { checkOptions, type SyntheticOptions } from './options.js';
import { sessionFrames, START } from './session-frames.js';
import { STREAMS, type SyntheticFrame } from './symbol-session.js';

/** What the pipeline calls each stream. */
const KINDS = { trade: 'trade', bookTicker: 'quote', 'depth@100ms': 'book' } as const;

/**
 * The session of `synthesiseRecording`, its frames made while they are iterated: two hours need no more memory than a
 * minute. The same options give the same frames, each time.
 * @throws UserError when an option is out of its range.
 */
export function synthesiseSession(options: SyntheticOptions = {}): Playable {
  const checked = checkOptions(options);
  const { seed, duration, symbols } = checked;
  const topics = new Map(symbols.flatMap((symbol) => STREAMS.map((kind) => topicOf(symbol, kind))).map(named));
  const { start, snapshots } = openingOf(checked);
  return {
    name: `synthetic-${seed}`,
    kind: 'synthetic',
    venue: 'binance',
    market: 'usdm',
    symbols: symbols.toSorted(),
    start,
    end: START + duration - 1,
    malformed: 0,
    malformedLines: [],
    reversals: 0,
    topics,
    snapshots,
    listings: new Map(symbols.map((symbol) => [symbol, listingOf(symbol)])),
    frames: { [Symbol.iterator]: () => framesOf(sessionFrames(checked), topics) },
  };
}

function* framesOf(frames: Iterable<SyntheticFrame>, topics: ReadonlyMap<string, Topic>): Generator<Frame> {
  for (const { t, kind, symbol, text } of frames) {
    const topic = kind === 'snapshot' ? undefined : topics.get(nameOf(symbol, kind));
    if (topic !== undefined) yield { t: microseconds(t), topic: topic.topic, symbol, stream: topic.stream, text };
  }
}

/** When the session begins, and the first snapshot of each symbol: they come within its first seconds. */
function openingOf(options: Required<SyntheticOptions>): { start: number; snapshots: Map<string, RestSnapshot> } {
  const snapshots = new Map<string, RestSnapshot>();
  let start = Infinity;
  for (const { t: exact, kind, symbol, text } of sessionFrames(options)) {
    const t = microseconds(exact);
    if (kind !== 'snapshot') start = Math.min(start, t);
    else if (snapshots.set(symbol, { t, symbol, text }).size === options.symbols.length) break;
  }
  return { start, snapshots };
}

/** Times have three decimals, as in a recording. */
function microseconds(t: number): number {
  return Number(t.toFixed(3));
}

function listingOf(symbol: string): { topics: Record<'book' | 'trade' | 'quote', string>; priceDecimals: number } {
  const { priceDecimals } = instrumentOf(symbol);
  const topics = {
    book: nameOf(symbol, 'depth@100ms'),
    trade: nameOf(symbol, 'trade'),
    quote: nameOf(symbol, 'bookTicker'),
  };
  return { topics, priceDecimals };
}

function topicOf(symbol: string, kind: (typeof STREAMS)[number]): Topic {
  return { topic: nameOf(symbol, kind), symbol, stream: KINDS[kind] };
}

function nameOf(symbol: string, kind: string): string {
  return `${symbol.toLowerCase()}@${kind}`;
}

function named(topic: Topic): [string, Topic] {
  return [topic.topic, topic];
}
