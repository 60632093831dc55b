import { describe, expect, it } from 'vitest';
import { binance, bybit2021, bybitV5, defineProtocol, FeedPool, OrderBook } from 'tickwise/feed';
import { loadWebSocket } from '../../src/feed/web-socket.js';
import { testProtocol } from './fake-venue.js';

const BAD_NUMBERS = ['1', null, NaN, -1, {}];
const FRACTION = 1.5;

/** Option name → values that must be refused. */
const POOL_OPTIONS: Record<string, readonly unknown[]> = {
  protocol: [undefined, null, {}, 'bybit', { read: () => undefined }, { ...testProtocol(), resends: undefined }],
  url: ['', 'http://127.0.0.1', 'localhost', 7, 'ws:', 'ws://127.0.0.1/#here'],
  maxConnections: [...BAD_NUMBERS, 0, FRACTION, 1_001, Infinity],
  pace: [...BAD_NUMBERS, Infinity],
  ackTimeout: [...BAD_NUMBERS, 0, Infinity],
  connectTimeout: [...BAD_NUMBERS, 0, Infinity],
  maxPayload: [...BAD_NUMBERS, 0, FRACTION, 2 ** 31, Infinity],
  reconnect: [
    7,
    { minDelay: 0 },
    { minDelay: NaN },
    { maxDelay: Infinity },
    { stableAfter: -1 },
    { minDelay: 100, maxDelay: 50 },
    { delay: 5 },
  ],
  random: [0.5, null],
  ioClock: [{}, null, 'system'],
  onError: [{}, null],
  onGap: [{}, null],
  onUnknown: [{}, null],
  unheardOf: [1],
};

const BOOK_OPTIONS: Record<string, readonly unknown[]> = {
  sequence: ['binance', 1, null],
  depth: [...BAD_NUMBERS, 0, FRACTION, Infinity, 2 ** 21],
  maxBuffered: [...BAD_NUMBERS, 0, FRACTION, Infinity],
  checksum: [7, null],
  unheardOf: [1],
};

const OVERRIDES: Record<string, readonly unknown[]> = {
  url: ['', 'https://x.test', 7],
  limits: [
    7,
    { topicsPerRequest: 0 },
    { topicsPerRequest: FRACTION },
    { topicsPerRequest: NaN },
    { bytesPerRequest: -1 },
    { topicsPerConnection: '5' },
    { charactersPerConnection: null },
    { pace: Infinity },
    { source: '' },
    { asOf: 'yesterday' },
    { unheardOf: 1 },
  ],
  heartbeat: [7, { every: 0 }, { every: NaN }, { timeout: Infinity }, { timeout: -1 }, { ping: 'text' }, { odd: 1 }],
  unheardOf: [1],
};

const DEFINITION: Record<string, readonly unknown[]> = {
  name: ['', 7, undefined],
  url: ['ftp://x.test', undefined],
  urlFor: ['ws://x.test'],
  unasked: ['status', [7], ['']],
  refuse: [true],
  group: ['a'],
  request: [undefined, '{}'],
  decode: ['json'],
  read: [undefined, {}],
  book: [{}],
  unheardOf: [1],
};

describe('FeedPool', () => {
  it.each(cases(POOL_OPTIONS))('refuses the option %s: %o', (name, value) => {
    const options = { protocol: testProtocol(), [name]: value };

    expect(() => new FeedPool(options)).toThrow(configError(name));
  });

  it('takes 0 as the pace', () => {
    expect(new FeedPool({ protocol: testProtocol(), pace: 0 }).stats().opened).toBe(0);
  });
});

describe('OrderBook', () => {
  it.each(cases(BOOK_OPTIONS))('refuses the option %s: %o', (name, value) => {
    expect(() => new OrderBook({ [name]: value })).toThrow(configError(name));
  });
});

describe('protocols', () => {
  it.each(cases(OVERRIDES))('refuse the override %s: %o', (name, value) => {
    for (const make of [() => binance('spot', { [name]: value }), () => bybitV5('linear', { [name]: value })]) {
      expect(make).toThrow(configError(name));
    }
  });

  it.each(cases(DEFINITION))('defined by users refuse the field %s: %o', (name, value) => {
    const definition = { name: 'x', url: 'ws://x.test', request: () => '', read: () => ({ type: 'alive' }) as const };

    expect(() => defineProtocol({ ...definition, [name]: value })).toThrow(configError(name));
  });

  it.each(['', 'SPOT', '__proto__', undefined])('refuse the market %o', (market) => {
    // Wrong types on purpose: callers without a compiler pass them.
    for (const make of [binance, bybitV5, bybit2021] as ((market: unknown) => unknown)[]) {
      expect(() => make(market)).toThrow(configError('market'));
    }
  });

  it('keep the limits and heartbeat that an override leaves out', () => {
    const protocol = bybitV5('spot', {
      limits: { topicsPerRequest: 5 },
      heartbeat: { every: 10_000 },
    });

    expect(protocol.limits).toMatchObject({ topicsPerRequest: 5, charactersPerConnection: 21_000, pace: 50 });
    expect(protocol.heartbeat).toMatchObject({ every: 10_000, timeout: 10_000 });
    expect(protocol.heartbeat.ping).toBeTypeOf('function');
  });

  it.each([binance('spot'), binance('usdm'), binance('coinm'), bybitV5('option'), bybit2021('inverse')])(
    'carry dated limits with their source and cannot be changed: $name',
    (protocol) => {
      expect(protocol.limits.source).toMatch(/\./);
      expect(protocol.limits.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(Object.isFrozen(protocol) && Object.isFrozen(protocol.limits)).toBe(true);
    },
  );

  it('use a replaced address for every topic', () => {
    const protocol = binance('usdm', { url: 'ws://127.0.0.1:9' });

    expect(['btcusdt@depth', 'btcusdt@kline_1m'].map((topic) => protocol.urlFor(topic))).toEqual([
      'ws://127.0.0.1:9',
      'ws://127.0.0.1:9',
    ]);
  });
});

describe('the package ws', () => {
  it('is named when it is missing', async () => {
    const missing = Object.assign(new Error(`Cannot find package 'ws'`), { code: 'ERR_MODULE_NOT_FOUND' });

    await expect(loadWebSocket(() => Promise.reject(missing))).rejects.toMatchObject({
      code: 'ERR_PEER_MISSING',
      message: expect.stringContaining('npm install ws') as string,
      cause: missing,
    });
  });

  it('that is broken fails with its own error', async () => {
    const broken = new SyntaxError('unexpected token');

    await expect(loadWebSocket(() => Promise.reject(broken))).rejects.toBe(broken);
  });
});

function cases(table: Record<string, readonly unknown[]>): [name: string, value: unknown][] {
  return Object.entries(table).flatMap(([name, values]) => values.map((value): [string, unknown] => [name, value]));
}

function configError(name: string): unknown {
  return expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringContaining(name) as string });
}
