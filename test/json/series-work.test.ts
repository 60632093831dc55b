import { JsonSeries, type JsonSeriesStats } from 'tickwise/json';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const COLUMNS = { ts: 'f64', close: 'f64', levels: { type: 'f32', length: 3 } } as const;
type Ring = SeriesRing<typeof COLUMNS>;

/** A ring of `rows` rows, one a minute, of which `asked` were asked for. */
function given(
  rows: number,
  asked: number,
  late?: 'insert' | 'amend',
): { ring: Ring; json: JsonSeries<typeof COLUMNS> } {
  const order = late === undefined ? {} : { order: { column: 'ts', late } as const };
  const ring = new SeriesRing({ capacity: 300, columns: COLUMNS, ...order });
  for (let i = 0; i < rows; i++) append(ring, i);
  const json = new JsonSeries(ring, { columns: ['ts', 'close', 'levels'] });
  json.view(asked);
  return { ring, json };
}

function append(ring: Ring, minute: number, close = 100 + minute): void {
  ring.push({ ts: minute * 60_000, close, levels: [minute, Number.NaN, close] });
}

/** What a call did, beside what it gave. */
function workOf(json: JsonSeries<typeof COLUMNS>, n: number): Partial<JsonSeriesStats> & { text: string } {
  const before = json.stats();
  const text = json.view(n).toString();
  const { added, changed, older, rowsCompared } = json.stats();
  return {
    text,
    added: added - before.added,
    changed: changed - before.changed,
    older: older - before.older,
    rowsCompared: rowsCompared - before.rowsCompared,
  };
}

function expected(ring: Ring, n: number): string {
  const rows = Array.from({ length: n }, (_, i) => ring.row(i - n));
  return JSON.stringify(rows.map((row) => ({ ...row, levels: [...(row?.levels ?? [])] })));
}

const NOTHING = { added: 0, changed: 0, older: 0, rowsCompared: 0 };

describe('JsonSeries encodes', () => {
  it('nothing when nothing came', () => {
    const { ring, json } = given(250, 200);

    expect(workOf(json, 200)).toEqual({ ...NOTHING, text: expected(ring, 200) });
    expect(workOf(json, 100)).toEqual({ ...NOTHING, text: expected(ring, 100) });
  });

  it('the rows that came, and compares none', () => {
    const { ring, json } = given(250, 200);
    for (const minute of [250, 251, 252]) append(ring, minute);

    expect(workOf(json, 200)).toEqual({ ...NOTHING, added: 3, text: expected(ring, 200) });
  });

  it('the newest row alone when it was amended', () => {
    const { ring, json } = given(250, 200);
    ring.amend({ close: 1 });
    ring.amend({ close: 2 });

    expect(workOf(json, 200)).toEqual({ ...NOTHING, changed: 1, rowsCompared: 200, text: expected(ring, 200) });
  });

  it('the newest row alone when what is kept has gone round', () => {
    const { ring, json } = given(250, 200);
    for (let minute = 250; minute < 350; minute++) append(ring, minute);
    json.view(200);
    ring.amend({ close: 1, levels: [1, 2, 3] });

    expect(workOf(json, 200)).toEqual({ ...NOTHING, changed: 1, rowsCompared: 200, text: expected(ring, 200) });
  });

  it('a row in the middle alone when what is kept has gone round', () => {
    const { ring, json } = given(250, 200, 'amend');
    for (let minute = 250; minute < 350; minute++) append(ring, minute);
    json.view(200);
    append(ring, 200, 1);

    expect(workOf(json, 200)).toEqual({ ...NOTHING, changed: 1, rowsCompared: 200, text: expected(ring, 200) });
  });

  it('a row in the middle alone after more were asked for', () => {
    const { ring, json } = given(250, 100, 'amend');
    json.view(250);
    append(ring, 200, 1);

    expect(workOf(json, 250)).toEqual({ ...NOTHING, changed: 1, rowsCompared: 250, text: expected(ring, 250) });
  });

  it('nothing when the newest row was amended to what it was', () => {
    const { ring, json } = given(250, 200);
    ring.amend({ close: 1 });
    ring.amend({ close: 349, levels: [249, Number.NaN, 349] });

    expect(workOf(json, 200)).toEqual({ ...NOTHING, rowsCompared: 200, text: expected(ring, 200) });
  });

  it('a row again that changes back to what it was', () => {
    const { ring, json } = given(250, 200);
    for (const close of [1, 349, 1, 349]) {
      ring.amend({ close });

      expect(workOf(json, 200)).toEqual({ ...NOTHING, changed: 1, rowsCompared: 200, text: expected(ring, 200) });
    }
  });

  it('a row in the middle again that changes back to what it was', () => {
    const { ring, json } = given(250, 200, 'amend');
    for (const close of [1, 200, 1, 200]) {
      append(ring, 100, close);

      expect(workOf(json, 200)).toEqual({ ...NOTHING, changed: 1, rowsCompared: 200, text: expected(ring, 200) });
    }
  });

  it('a row that was amended before others came', () => {
    const { ring, json } = given(250, 200);
    ring.amend({ close: 1 });
    append(ring, 250);
    append(ring, 251);

    expect(workOf(json, 200)).toEqual({
      ...NOTHING,
      added: 2,
      changed: 1,
      rowsCompared: 198,
      text: expected(ring, 200),
    });
  });

  it('rows of the same time in the middle, shorter or longer, one by one', () => {
    const { ring, json } = given(250, 200, 'amend');
    append(ring, 100, 1);
    append(ring, 120, 1.234_567_89);
    append(ring, 249, 7);

    expect(workOf(json, 200)).toEqual({ ...NOTHING, changed: 3, rowsCompared: 200, text: expected(ring, 200) });
  });

  it('all from the first that changed when many did', () => {
    const { ring, json } = given(250, 200, 'amend');
    for (let minute = 150; minute < 190; minute += 2) append(ring, minute, minute / 7);

    expect(workOf(json, 200)).toEqual({ ...NOTHING, changed: 100, rowsCompared: 200, text: expected(ring, 200) });
    expect(workOf(json, 200)).toEqual({ ...NOTHING, text: expected(ring, 200) });
  });

  it('a late row and those behind it', () => {
    const { ring, json } = given(250, 200, 'insert');
    append(ring, 246.5);

    expect(workOf(json, 200)).toEqual({
      ...NOTHING,
      added: 1,
      changed: 3,
      rowsCompared: 199,
      text: expected(ring, 200),
    });
  });

  it('the older rows alone when more are asked for', () => {
    const { ring, json } = given(250, 100);

    expect(workOf(json, 120)).toEqual({ ...NOTHING, older: 20, text: expected(ring, 120) });
    expect(workOf(json, 250)).toEqual({ ...NOTHING, older: 130, text: expected(ring, 250) });
    expect(workOf(json, 100)).toEqual({ ...NOTHING, text: expected(ring, 100) });
  });

  it('what is asked for and not what is only kept, until that is asked for', () => {
    const { ring, json } = given(250, 200);
    ring.amend({ close: 1 });

    expect(workOf(json, 10)).toEqual({ ...NOTHING, changed: 1, rowsCompared: 10, text: expected(ring, 10) });
    expect(workOf(json, 200)).toEqual({ ...NOTHING, rowsCompared: 190, text: expected(ring, 200) });
    expect(workOf(json, 200)).toEqual({ ...NOTHING, text: expected(ring, 200) });
  });

  it('the rows of a longer answer once, however short the others', () => {
    const { ring, json } = given(250, 200);
    for (const minute of [250, 251, 252]) append(ring, minute);

    expect(workOf(json, 1)).toEqual({ ...NOTHING, added: 3, text: expected(ring, 1) });
    expect(workOf(json, 200)).toEqual({ ...NOTHING, text: expected(ring, 200) });
  });

  it('only what is asked for when all that is kept has gone', () => {
    const { ring, json } = given(250, 20);
    for (let minute = 250; minute < 400; minute++) append(ring, minute);

    expect(workOf(json, 5)).toEqual({ ...NOTHING, added: 5, text: expected(ring, 5) });
    expect(workOf(json, 20)).toEqual({ ...NOTHING, older: 15, text: expected(ring, 20) });
  });

  it('all anew after clear', () => {
    const { ring, json } = given(250, 200);
    ring.clear();
    for (const minute of [1, 2, 3]) append(ring, minute);

    expect(workOf(json, 3)).toEqual({ ...NOTHING, added: 3, text: expected(ring, 3) });
  });
});

describe('JsonSeries keeps', () => {
  it('as many rows as were ever asked for, and storage in proportion', () => {
    const { ring, json } = given(250, 10);
    for (let minute = 250; minute < 20_000; minute++) {
      append(ring, minute);
      if (minute % 3 === 0) ring.amend({ close: minute / 7 });
      json.view(1 + (minute % 10));
    }

    const { rows, storageBytes } = json.stats();

    expect(rows).toBe(10);
    expect(storageBytes).toBeLessThan(8_192);
  });

  it('counts that add up', () => {
    const { ring, json } = given(250, 10);
    for (let minute = 250; minute < 300; minute++) {
      append(ring, minute);
      json.bytes(10);
      json.bytes(10);
      json.stringify(5);
    }

    const { calls, repeated, rowsServed, rowsEncoded, added, changed, older } = json.stats();

    expect({ calls, repeated, rowsServed }).toEqual({ calls: 151, repeated: 50, rowsServed: 10 + 50 * 25 });
    expect(rowsEncoded).toBe(added + changed + older);
    expect({ added, changed, older }).toEqual({ added: 60, changed: 0, older: 0 });
  });
});

describe('JsonSeries explains', () => {
  it('which rows the last answer cost, and why', () => {
    const { ring, json } = given(250, 200);
    const reasons = [json.explain().reason];
    ring.amend({ close: 1 });
    append(ring, 250);
    json.bytes(202);
    const { version, ...work } = json.explain();
    reasons.push(work.reason);
    json.bytes(202);
    reasons.push(json.explain().reason);
    json.stringify(200);
    reasons.push(json.explain().reason);

    expect(version).toBe(ring.version);
    expect(work).toMatchObject({ rows: 202, isRepeated: false, added: 1, changed: 1, older: 1, rowsCompared: 200 });
    expect(reasons).toEqual([
      '200 encoded because they came',
      '200 compared, for a row was amended or came late; 1 of them encoded again; ' +
        '1 encoded because more rows were asked for than before; 1 encoded because they came',
      'the ring has not changed since this answer was made',
      'all rows were encoded before',
    ]);
  });

  it('that nothing was asked for yet', () => {
    const json = new JsonSeries(new SeriesRing({ capacity: 1, columns: COLUMNS }), { columns: ['ts'] });

    expect(json.explain()).toMatchObject({ rows: -1, reason: 'nothing was asked for yet' });
  });
});
