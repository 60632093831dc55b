import { describe, expect, it } from 'vitest';
import { okx, OrderBook } from 'tickwise/feed';
import { snapshot } from './books.js';
import { CORRUPT, eventOf } from './event-of.js';
import { hasRecordings, recordedFrames } from './recordings.js';

describe('okx', () => {
  it('asks for channels of instruments, and splits a topic at its first colon', () => {
    expect(JSON.parse(okx().request('subscribe', ['books:BTC-USDT', 'trades:A:B'], 1))).toEqual({
      op: 'subscribe',
      args: [
        { channel: 'books', instId: 'BTC-USDT' },
        { channel: 'trades', instId: 'A:B' },
      ],
    });
  });

  it.each([['BTC-USDT'], ['candle1m:BTC-USDT'], ['books:']])('refuses the topic %s', (topic) => {
    expect(okx().refuse(topic)).toBe('a topic looks like books:BTC-USDT');
  });

  it.each([
    [
      { event: 'subscribe', arg: { channel: 'books', instId: 'A' } },
      { type: 'ack', topics: ['books:A'] },
    ],
    [
      { event: 'unsubscribe', arg: { channel: 'books', instId: 'A' } },
      { type: 'ack', topics: ['books:A'] },
    ],
    [
      { event: 'error', code: '60018', msg: 'no channel' },
      { type: 'ack', error: 'no channel (60018)' },
    ],
    [
      { event: 'error', code: '60018', msg: 'no channel', arg: { channel: 'books', instId: 'A' } },
      { type: 'ack', refused: ['books:A'], error: 'no channel (60018)' },
    ],
    [{ event: 'notice' }, { type: 'unknown' }],
    [{ arg: { channel: 'status', instId: 'A' }, data: [{ ts: '1' }] }, { type: 'unknown' }],
  ])('reads %o', (frame, expected) => {
    expect(okx().read(frame)).toEqual(expected);
  });

  it('takes the text pong for a sign of life', () => {
    expect(okx().read(okx().decode('pong'))).toEqual({ type: 'alive' });
    expect(() => okx().decode('pang')).toThrow(SyntaxError);
  });

  it('reads a trade and a ticker', () => {
    const trade = { instId: 'A', tradeId: '7', px: '2.5', sz: '1', side: 'buy', ts: '9' };
    const ticker = { last: '1', bidPx: '0.5', bidSz: '3', askPx: '1.5', askSz: '4', vol24h: '77', ts: '9' };

    expect(eventOf(okx(), { arg: { channel: 'trades', instId: 'A' }, data: [trade] })).toEqual({
      kind: 'trade',
      topic: 'trades:A',
      symbol: 'A',
      ts: 9,
      items: [{ price: 2.5, size: 1, side: 'buy', ts: 9, id: '7' }],
    });
    expect(eventOf(okx(), { arg: { channel: 'tickers', instId: 'A' }, data: [ticker] })).toMatchObject({
      kind: 'ticker',
      items: [{ type: 'snapshot', last: 1, bid: 0.5, bidSize: 3, ask: 1.5, askSize: 4, volume: 77 }],
    });
    expect(() => okx().read({ arg: { channel: 'trades', instId: 'A' }, data: [] })).toThrow(CORRUPT);
  });

  it('reads each frame of books5 as a whole book', () => {
    const book = { asks: [['2', '1', '0', '1']], bids: [['1', '3', '0', '1']], ts: '9' };

    expect(eventOf(okx(), { arg: { channel: 'books5', instId: 'A' }, data: [book] })).toMatchObject({
      kind: 'book',
      items: [{ type: 'snapshot', bids: [{ price: 1, size: 3 }], asks: [{ price: 2, size: 1 }] }],
    });
    expect(okx().book('books5:A')).toEqual({ depth: 5 });
  });

  it('makes the checksum of the example in the venue documentation', () => {
    const book = snapshot(
      [
        ['3366.1', '7'],
        ['3366', '6'],
      ],
      [
        ['3366.8', '9'],
        ['3368', '8'],
      ],
    );
    const view = { bids: () => [...book.bids], asks: () => [...book.asks] };
    const oneSided = { bids: () => [...book.bids], asks: () => [] };
    const { checksum } = okx().book('books:BTC-USDT');

    // The documentation gives the text; its CRC32 was made by Python's zlib.
    expect(checksum?.(view)).toBe(CRC_OF_EXAMPLE);
    expect(checksum?.(oneSided)).toBe(CRC_OF_ONE_SIDE);
  });
});

/** CRC32 of `3366.1:7:3366.8:9:3366:6:3368:8`. */
const CRC_OF_EXAMPLE = -1_881_014_294;

/** CRC32 of `3366.1:7:3366:6`. */
const CRC_OF_ONE_SIDE = -1_858_900_673;

describe.skipIf(!hasRecordings)('okx on its recording', () => {
  const frames = hasRecordings ? recordedFrames('okx-2022-05-13').filter(({ dir }) => dir === 'in') : [];
  const incoming = frames.map(({ text }) => okx().read(okx().decode(text)));
  const events = incoming.flatMap((frame) => (frame.type === 'event' ? [frame.event] : []));

  it('understands every frame: 290 changes of books, 74 trades, 28 tickers, 18 answers', () => {
    const count = (kind: string): number => events.filter((event) => event.kind === kind).length;

    expect([count('book'), count('trade'), count('ticker')]).toEqual([290, 74, 28]);
    expect(incoming.filter(({ type }) => type === 'ack').length).toBe(18);
    expect(incoming.length).toBe(290 + 74 + 28 + 18);
  });

  it('agrees with all 290 checksums of the venue', () => {
    const books = new Map<string, OrderBook>();
    for (const event of events) {
      if (event.kind !== 'book') continue;
      const book = books.get(event.symbol) ?? new OrderBook(okx().book(event.topic));
      books.set(event.symbol, book);
      for (const change of event.items) book.apply(change);
    }

    const stats = [...books.values()].map((book) => book.stats());
    expect(stats.map(({ status }) => status)).toEqual(['ready', 'ready', 'ready']);
    expect(stats.reduce((sum, { checksumsVerified }) => sum + checksumsVerified, 0)).toBe(290);
    expect(stats.reduce((sum, { checksumFailures }) => sum + checksumFailures, 0)).toBe(0);
  });
});
