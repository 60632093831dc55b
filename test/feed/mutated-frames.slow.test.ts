import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Acknowledgement,
  binance,
  bybit2021,
  bybitV5,
  coinbase,
  deribit,
  type FeedEvent,
  type FeedProtocol,
  kraken,
  okx,
  OrderBook,
} from 'tickwise/feed';
import { FailureReporter } from '../../src/core/failures.js';
import type { Connection } from '../../src/feed/connection.js';
import { newCounters } from '../../src/feed/counters.js';
import type { FeedErrorContext } from '../../src/feed/feed-options.js';
import { FrameRouter } from '../../src/feed/frame-router.js';
import { TopicRecord } from '../../src/feed/topic-record.js';
import { dataFolder, hasRecordings, recordedFrames } from './recordings.js';

/** Mutated frames of each recording. */
const FRAMES = 10_000;

/** The protocol of each recording, by how its name begins. */
const PROTOCOLS: Readonly<Record<string, () => FeedProtocol>> = {
  'binance-spot': () => binance('spot'),
  'binance-usdm': () => binance('usdm'),
  'bybit-inverse': () => bybit2021('inverse'),
  'bybit-linear': () => bybit2021('linear'),
  'bybit-v5': () => bybitV5('linear'),
  coinbase: () => coinbase(),
  deribit: () => deribit(),
  kraken: () => kraken(),
  okx: () => okx(),
};

const RECORDINGS = hasRecordings
  ? readdirSync(`${dataFolder}/ws`).filter((file) => file.endsWith('.ndjson.gz') && !file.includes('.rest.'))
  : [];

/** What is put into frames: keys that reach prototypes, numbers beyond all bounds, nesting, text that is no text. */
const POISON = [
  '"__proto__":{"polluted":true},',
  '"constructor":{"prototype":{"polluted":true}},',
  '1e999',
  '-1e-400',
  '9007199254740993',
  'null',
  '"\\ud800"',
  '{}',
  '[',
  ']',
  '"',
  ',,',
  '[[[['.repeat(2_000),
  '{"a":'.repeat(500),
  '\u0000\u2028',
];

describe.skipIf(!hasRecordings)('frames of a recording, mutated', () => {
  it.each(RECORDINGS)('are each counted once, and neither crash nor pollute a prototype: %s', (file) => {
    const name = file.replace('.ndjson.gz', '');
    const protocol = protocolOf(name);
    const texts = recordedFrames(name).flatMap(({ dir, text }) => (dir === 'in' ? [text] : []));
    const { router, connection, counters, acks, failures } = bench(protocol, texts);
    const random = generator(20_240_808);

    for (let i = 0; i < FRAMES; i++) {
      // The shorter ones more often: every part of them is reached.
      const pick = texts[Math.floor(random() * texts.length)] ?? '';
      router.route(connection, Buffer.from(mutate(pick, random)));
    }

    const { events, alive, unknown, malformed } = counters;
    expect(events + acks.length + alive + unknown + malformed).toBe(FRAMES);
    expect(malformed).toBeGreaterThan(FRAMES / 10);
    expect(failures.filter(({ where }) => where === 'frame').length).toBe(malformed);
    // A level that a book refuses is the only error of a handler.
    expect(failures.filter(({ where, code }) => where === 'handler' && code !== 'ERR_INVALID_ARGUMENT')).toEqual([]);
    expect(failures.filter(({ where }) => where === 'protocol')).toEqual([]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

function protocolOf(name: string): FeedProtocol {
  const known = Object.entries(PROTOCOLS).find(([start]) => name.startsWith(start));
  if (known === undefined) throw new Error(`no protocol for the recording ${name}`);
  return known[1]();
}

function mutate(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const length = 1 + Math.floor(random() * 12);
  switch (Math.floor(random() * 6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 3:
      return text.slice(0, at) + String.fromCodePoint(32 + Math.floor(random() * 95)) + text.slice(at + 1);
    case 4:
      return text.slice(0, at) + (POISON[Math.floor(random() * POISON.length)] ?? '') + text.slice(at);
    default:
      return poisonValue(text, at, random);
  }
}

/** Puts a poison in the place of a whole value, so that the frame is mostly JSON still. */
function poisonValue(text: string, from: number, random: () => number): string {
  const match = /:(?:"[^"]*"|-?[\d.]+)/.exec(text.slice(from));
  if (match === null) return text.slice(from);
  const values = ['null', '1e999', '"x"', '-1', '{}', '[]', '[null]', '9007199254740993', 'true', '""', '"__proto__"'];
  const at = from + match.index;
  return `${text.slice(0, at)}:${values[Math.floor(random() * values.length)] ?? ''}${text.slice(at + match[0].length)}`;
}

/** A router whose every topic has a listener that keeps a book. */
function bench(protocol: FeedProtocol, texts: readonly string[]) {
  const counters = newCounters();
  const acks: Acknowledgement[] = [];
  const failures: { where: string; code: unknown }[] = [];
  const reporter = new FailureReporter<FeedErrorContext>('test', (error, { where }) => {
    failures.push({ where, code: Reflect.get(Object(error) as object, 'code') });
  });
  const records = new Map<string, TopicRecord<FeedEvent>>();
  for (const text of texts) {
    const incoming = protocol.read(protocol.decode(text));
    if (incoming.type !== 'event' || records.has(incoming.event.topic)) continue;
    records.set(incoming.event.topic, listeningRecord(protocol, incoming.event.topic));
  }
  const connection = {
    url: 'ws://venue.test',
    records,
    desk: { acknowledge: (ack: Acknowledgement) => acks.push(ack) },
    reply: () => undefined,
    touch: () => undefined,
  };
  const router = new FrameRouter(protocol, counters, reporter, undefined);
  // The router uses only these parts of a connection.
  return { router, connection: connection as unknown as Connection<FeedEvent>, counters, acks, failures };
}

function listeningRecord(protocol: FeedProtocol, topic: string): TopicRecord<FeedEvent> {
  const book = new OrderBook({ ...protocol.book(topic), maxBuffered: 10 });
  const record = new TopicRecord<FeedEvent>(topic, '', false);
  const emit = (event: FeedEvent): void => {
    if (event.kind === 'book') for (const change of event.items) book.apply(change);
  };
  record.add({ emit, notify: () => undefined, settle: () => undefined, isLive: true });
  return record;
}

/** Numbers from 0 to 1, the same each time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
