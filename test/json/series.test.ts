import { ArgumentError, ConfigError } from 'tickwise/core';
import { JsonSeries } from 'tickwise/json';
import { BAR_COLUMNS, BarBuilder, SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const COLUMNS = { ts: 'f64', close: 'f64' } as const;

interface Given {
  readonly ring: SeriesRing<typeof COLUMNS>;
  readonly json: JsonSeries<typeof COLUMNS>;
}

/** A ring of `rows` rows, one a minute. */
function given(rows: number, capacity = 1_000, late?: 'insert' | 'amend'): Given {
  const order = late === undefined ? {} : { order: { column: 'ts', late } as const };
  const ring = new SeriesRing({ capacity, columns: COLUMNS, ...order });
  for (let i = 0; i < rows; i++) ring.append(i * 60_000, 100 + i);
  return { ring, json: new JsonSeries(ring, { columns: ['ts', 'close'] }) };
}

function naive({ ring }: Given, n: number): string {
  return JSON.stringify(Array.from({ length: n }, (_, i) => ring.row(i - n)));
}

describe('JsonSeries', () => {
  it('gives the newest rows, oldest first, with the columns in the order asked for', () => {
    const { ring } = given(3);
    const json = new JsonSeries(ring, { columns: ['close', 'ts'] });

    const text = json.stringify(2);

    expect(text).toBe('[{"close":101,"ts":60000},{"close":102,"ts":120000}]');
  });

  it('gives all rows when not told how many', () => {
    const all = given(3);

    const texts = [all.json.stringify(), String(all.json.bytes()), String(all.json.view())];

    expect(new Set(texts)).toEqual(new Set([naive(all, 3)]));
  });

  it('gives an empty array for no rows', () => {
    const { ring, json } = given(2);

    const before = [json.bytes(0), json.view(0), json.stringify(0)].map(String);
    ring.clear();

    expect(before).toEqual(['[]', '[]', '[]']);
    expect(json.stringify()).toBe('[]');
    expect(String(json.bytes())).toBe('[]');
  });

  it.each([
    ['NaN and infinite numbers as null', [Number.NaN, Infinity, -Infinity], '[null,null,null]'],
    ['-0 as 0', [-0, 0], '[0,0]'],
    [
      'numbers in the digits of JSON.stringify',
      [1e21, 1e-7, 0.1 + 0.2, 5e-324],
      '[1e+21,1e-7,0.30000000000000004,5e-324]',
    ],
  ])('writes %s', (_, numbers, expected) => {
    const ring = new SeriesRing({ capacity: 1, columns: { v: { type: 'f64', length: numbers.length } } });
    ring.push({ v: numbers });

    const text = new JsonSeries(ring, { columns: ['v'] }).stringify();

    expect(text).toBe(`[{"v":${expected}}]`);
    expect(JSON.stringify([{ v: numbers }])).toBe(text);
  });

  it('writes prices of a column of ticks as prices', () => {
    const ring = new SeriesRing({ capacity: 4, columns: { price: { type: 'i32', scale: 0.01 }, size: 'f32' } });
    ring.append(0.07, 0.1);

    const text = new JsonSeries(ring, { columns: ['price', 'size'] }).stringify();

    expect(text).toBe(`[{"price":0.07,"size":${Math.fround(0.1)}}]`);
  });

  it('escapes names as JSON does, and takes names that are not ASCII', () => {
    const columns = { 'a"b\\': 'f64', 'ц\u2028😀': 'f64', '\ud800': 'f64' } as const;
    const ring = new SeriesRing({ capacity: 2, columns });
    const json = new JsonSeries(ring, { columns: ['a"b\\', 'ц\u2028😀', '\ud800'] });
    ring.append(1, 2, 3);
    ring.append(4, 5, 6);

    const [text, bytes] = [json.stringify(2), json.bytes(2)];

    expect(text).toBe(JSON.stringify([ring.row(0), ring.row(1)]));
    expect(bytes).toEqual(Buffer.from(text));
  });

  it('follows a bar builder that amends and closes bars', () => {
    const ring = new SeriesRing({ capacity: 50, columns: BAR_COLUMNS });
    const json = new JsonSeries(ring, { columns: ['ts', 'open', 'close', 'volume'] });
    const builder = new BarBuilder({ by: 'time', period: 60_000, onBar: (bar) => ring.push(bar) });
    const texts: [string, string][] = [];

    for (let i = 0; i < 500; i++) {
      builder.add(i * 7_000, 100 + (i % 13), 1 + (i % 3), 'buy');
      const rows = Array.from({ length: ring.size }, (_, at) => {
        const { ts, open, close, volume } = ring.row(at) ?? { ts: 0, open: 0, close: 0, volume: 0 };
        return { ts, open, close, volume };
      });
      texts.push([json.stringify(), JSON.stringify(rows)]);
    }

    expect(texts.filter(([ours, theirs]) => ours !== theirs)).toEqual([]);
  });
});

describe('JsonSeries, as to whose memory it is', () => {
  it('never writes to bytes that it gave', () => {
    const { ring, json } = given(200);
    const kept: { bytes: Buffer; text: string }[] = [];
    for (let i = 0; i < 300; i++) {
      if (i % 3 === 0) ring.append((200 + i) * 60_000, i / 7);
      else ring.amend({ close: i / 3 });
      kept.push({ bytes: json.bytes(100), text: json.stringify(100) });
      json.view(50);
    }

    const changed = kept.filter(({ bytes, text }) => bytes.toString() !== text);

    expect(changed).toEqual([]);
  });

  it('gives one Buffer and one string to all who ask before the ring changes', () => {
    const { ring, json } = given(20);
    const bytes = [10, 20, 10, 20].map((n) => json.bytes(n));
    const [first, , third] = bytes;

    ring.amend({ close: 1 });

    expect(third).toBe(first);
    expect(bytes[3]).toBe(bytes[1]);
    expect(json.bytes(10)).not.toBe(first);
    expect(json.stats().repeated).toBe(2);
  });

  it('gives bytes with memory of their own', () => {
    const { json } = given(20);

    const bytes = json.bytes(3);

    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });

  it('gives a view that is right until the next call', () => {
    const all = given(20);

    const texts = [5, 20, 1, 5].map((n) => [all.json.view(n).toString(), naive(all, n)]);

    for (const [ours, theirs] of texts) expect(ours).toBe(theirs);
  });

  it('does not copy for a view', () => {
    const { ring, json } = given(20);
    const before = json.view(20).buffer;
    ring.amend({ close: 1 });

    const after = json.view(20).buffer;

    expect(after).toBe(before);
  });

  it('remembers the answers of a few lengths, right for each, when many are asked for', () => {
    const all = given(40);

    for (const round of [1, 2])
      for (let n = 0; n <= 40; n++) {
        expect(all.json.stringify(n), `round ${round}`).toBe(naive(all, n));
        expect(String(all.json.bytes(n))).toBe(naive(all, n));
      }
    all.ring.amend({ close: -1 });
    for (let n = 0; n <= 40; n++) {
      expect(all.json.stringify(n)).toBe(naive(all, n));
      expect(String(all.json.bytes(n))).toBe(naive(all, n));
    }
    const last = all.json.bytes(40);

    expect(all.json.bytes(40)).toBe(last);
    expect(all.json.bytes(33)).toBe(all.json.bytes(33));
  });
});

describe('JsonSeries refuses', () => {
  it.each([-1, 4, 1.5, Number.NaN, Infinity, '2', null])('%o rows of a ring of three', (n) => {
    const { json } = given(3);

    for (const method of ['bytes', 'view', 'stringify'] as const) {
      const ask = (): unknown => json[method](n as number);
      expect(ask).toThrow(ArgumentError);
      expect(ask).toThrow(/n must be a whole number from 0 to size \(3\), got /);
    }
    expect(json.stats().calls).toBe(0);
  });

  it.each([
    [undefined, /columns must be a list of one or more column names, none twice, got undefined|options must be/],
    [{}, /columns must be a list/],
    [{ columns: [] }, /columns must be a list .* got \[\]/],
    [{ columns: ['ts', 'ts'] }, /columns must be a list .*none twice/],
    [{ columns: 'ts' }, /columns must be a list .* got 'ts'/],
    [{ columns: [1] }, /columns must be a list/],
    [{ columns: ['ts', 'open'] }, /columns must name columns of the ring, got 'open'/],
    [{ columns: ['ts'], rows: 5 }, /unknown option 'rows'; known are columns/],
  ])('the options %j', (options, message) => {
    const { ring } = given(0);

    const make = (): unknown => new JsonSeries(ring, options as never);

    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });

  it.each([undefined, null, {}, [], 'ring', { at: 1, window: 1, stats: 1 }])('%j as a ring', (ring) => {
    const make = (): unknown => new JsonSeries(ring as never, { columns: ['ts'] });

    expect(make).toThrow(ConfigError);
    expect(make).toThrow(/ring must be a SeriesRing, got /);
  });
});
