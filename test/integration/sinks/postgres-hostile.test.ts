import { BatchWriter } from 'tickwise/batch';
import { postgresSink, type PostgresSinkOptions } from 'tickwise/sinks/postgres';
import { describe, expect, it } from 'vitest';
import { usePostgres } from '../servers/use-postgres.js';

const postgres = usePostgres();

/** Names that would break out of SQL that does not quote them. */
const TABLE = `trades"; DROP TABLE "victim"; --`;
const COLUMNS = [`pri"ce`, `select`, `x'); DROP TABLE victim; --`, `näme 💹`, 'n'];

type Row = Readonly<Record<string, unknown>>;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function newTable(): Promise<void> {
  const { pool } = postgres();
  await pool.query(
    `DROP TABLE IF EXISTS ${quoted(TABLE)}, victim; CREATE TABLE victim (n int); INSERT INTO victim VALUES (1)`,
  );
  const [price, word, breakout, name, n] = COLUMNS.map(quoted);
  await pool.query(`CREATE TABLE ${quoted(TABLE)} (
    ${price} float8 NOT NULL, ${word} int2, ${breakout} text, ${name} varchar(10), ${n} int4 UNIQUE, row_id text UNIQUE)`);
}

const good = (n: number, more: Row = {}): Row => ({ [`pri"ce`]: n + 0.5, select: n, n, ...more });

/** Rows that the table refuses, each with what the cause says. */
const BAD: readonly (readonly [string, Row, RegExp])[] = [
  ['null in NOT NULL', good(1, { [`pri"ce`]: null }), /null value in column/],
  ['text in a number', good(2, { [`pri"ce`]: 'sixty thousand' }), /takes a number or null, got 'sixty thousand'/],
  ['a value out of range', good(3, { select: 40_000 }), /takes a whole number of 16 bits/],
  ['a fraction in a whole number', good(4, { select: 1.5 }), /takes a whole number of 16 bits/],
  ['a duplicate key', good(100), /duplicate key/],
  ['a text that is too long', good(6, { ['näme 💹']: '12345678901' }), /value too long/],
  ['invalid UTF-16', good(7, { [COLUMNS[2] ?? '']: '\ud800' }), /without lone surrogates/],
  ['a NUL character', good(8, { [COLUMNS[2] ?? '']: 'a\0b' }), /without lone surrogates and NUL/],
  ['no row at all', null as unknown as Row, /a row must be an object/],
];

/** Texts that must arrive as they are. */
const TEXTS = [
  `'; DROP TABLE victim; --`,
  `"); DROP TABLE victim; --`,
  String.raw`\'; DROP TABLE victim; --`,
  '$1::text[] || $$',
  '{NULL,"a",b}',
  'NULL',
  String.raw`\N`,
  String.raw`\.`,
  '\t\n\r\b\f\v\\',
  '',
  ' ',
  'é💹\u2028',
  `line 1\nCOPY ${TABLE}, line 1`,
  'x'.repeat(2 ** 20),
];

describe.each<{ readonly name: string; readonly options: Partial<PostgresSinkOptions> }>([
  { name: 'COPY', options: { method: 'copy' } },
  { name: 'unnest', options: { method: 'unnest' } },
  { name: 'identities', options: { idColumn: 'row_id' } },
])('rows that the table refuses, by $name', ({ options }) => {
  it('are dead-lettered with the cause, the others stored, and nothing is injected', async () => {
    await newTable();
    const { pool } = postgres();
    const dead = new Map<unknown, unknown>();
    const sink = postgresSink<Row>({ client: pool, table: TABLE, columns: COLUMNS, ...options });
    const writer = new BatchWriter<Row>({
      sink,
      maxItems: 1_000,
      retry: { minDelay: 1, maxDelay: 1 },
      deadLetter: (row, error) => dead.set(row, error),
    });

    const texts = TEXTS.map((text, index) => good(1_000 + index, { [COLUMNS[2] ?? '']: text }));
    const rows = [
      good(100),
      ...BAD.map(([, row]) => row),
      ...Array.from({ length: 200 }, (_, n) => good(200 + n)),
      ...texts,
    ];
    for (const row of rows) writer.add(row);
    await writer.flush();

    expect([...dead.keys()].length).toBe(BAD.length);
    for (const [what, row, cause] of BAD) expect(`${what}: ${String(dead.get(row))}`).toMatch(cause);
    const stored = await pool.query<{ n: number; text: string }>(
      `SELECT n, ${quoted(COLUMNS[2] ?? '')} AS text FROM ${quoted(TABLE)} ORDER BY n`,
    );
    expect(stored.rows).toHaveLength(rows.length - BAD.length);
    expect(stored.rows.filter(({ n }) => n >= 1_000).map(({ text }) => text)).toEqual(TEXTS);
    expect((await pool.query('SELECT n FROM victim')).rows).toEqual([{ n: 1 }]);
  });
});

describe('a CHECK that row 250 of 500 violates', () => {
  it.each<{ readonly name: string; readonly options: Partial<PostgresSinkOptions>; readonly most: number }>([
    { name: 'COPY', options: { method: 'copy' }, most: 3 },
    { name: 'unnest and COPY for the row', options: { method: 'unnest' }, most: 4 },
    { name: 'identities', options: { idColumn: 'id' }, most: 20 },
    { name: 'conflicts left out', options: { onConflict: 'ignore' }, most: 20 },
    { name: 'conflicts updated', options: { onConflict: 'update', key: ['n'] }, most: 20 },
  ])('costs that row alone, in at most $most statements, by $name', async ({ options, most }) => {
    const { pool } = postgres();
    await pool.query(
      `DROP TABLE IF EXISTS checked; CREATE TABLE checked (n int UNIQUE, price float8 CHECK (price > 0), id text UNIQUE)`,
    );
    const sink = postgresSink<Row>({ client: pool, table: 'checked', columns: ['n', 'price'], ...options });
    await sink.open();
    const before = sink.stats().statements;
    const dead: { row: Row; error: unknown }[] = [];
    const writer = new BatchWriter<Row>({ sink, deadLetter: (row, error) => dead.push({ row, error }) });

    for (let n = 0; n < 500; n++) writer.add({ n, price: n === 250 ? -1 : 1 });
    await writer.flush();

    expect(dead).toEqual([{ row: { n: 250, price: -1 }, error: expect.objectContaining({ code: '23514' }) }]);
    expect((await pool.query('SELECT count(*)::int AS n FROM checked')).rows).toEqual([{ n: 499 }]);
    expect(sink.stats().statements - before).toBeLessThanOrEqual(most);
  });
});

describe('values of every type', () => {
  const VALUES: Readonly<Record<string, readonly (readonly [unknown, string | null])[]>> = {
    int2: [
      [-32_768, '-32768'],
      [32_767n, '32767'],
    ],
    int8: [
      [2n ** 63n - 1n, '9223372036854775807'],
      [-(2n ** 63n), '-9223372036854775808'],
      [2 ** 53 - 1, '9007199254740991'],
    ],
    float8: [
      [0.1 + 0.2, '0.30000000000000004'],
      [-0, '-0'],
      [NaN, 'NaN'],
      [-Infinity, '-Infinity'],
      [5e-324, '5e-324'],
      [1e300, '1e+300'],
    ],
    'numeric(20,8)': [
      ['61250.12345678', '61250.12345678'],
      [0.5, '0.50000000'],
      [7n, '7.00000000'],
    ],
    bool: [
      [true, 'true'],
      [false, 'false'],
    ],
    text: [
      ['', ''],
      [null, null],
      [undefined, null],
      ['NULL', 'NULL'],
    ],
    'char(3)': [['ab', 'ab']],
    timestamptz: [
      [1_723_161_256_322, '2024-08-08 23:54:16.322+00'],
      [1_723_161_256_322.125, '2024-08-08 23:54:16.322125+00'],
      [-0.001, '1969-12-31 23:59:59.999999+00'],
      [new Date(0), '1970-01-01 00:00:00+00'],
    ],
    timestamp: [[1_723_161_256_000, '2024-08-08 23:54:16']],
    jsonb: [
      [{ a: [1, null, '"\\'] }, '{"a": [1, null, "\\"\\\\"]}'],
      ['text', '"text"'],
      [5, '5'],
    ],
    bytea: [
      [Uint8Array.of(0, 255, 92, 34), '\\x00ff5c22'],
      [new Uint8Array(), '\\x'],
    ],
    uuid: [['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']],
    'text[]': [['{"a b",NULL}', '{"a b",NULL}']],
    date: [['2024-08-08', '2024-08-08']],
  };

  it.each(['copy', 'unnest'] as const)('arrive as they are by %s', async (method) => {
    const { pool } = postgres();
    for (const [type, cases] of Object.entries(VALUES)) {
      await pool.query(`DROP TABLE IF EXISTS typed; CREATE TABLE typed (place serial, v ${type})`);
      const sink = postgresSink<{ v: unknown }>({ client: pool, table: 'typed', columns: ['v'], method });

      await expect(sink.write(cases.map(([v]) => ({ v })))).resolves.toEqual({ rejected: [] });

      const { rows } = await pool
        .query<{ v: string | null }>(`SET timezone = 'UTC'; SELECT v::text FROM typed ORDER BY place`)
        .then((results) => (results as unknown as { rows: { v: string | null }[] }[])[1] ?? { rows: [] });
      expect([type, rows.map(({ v }) => v)]).toEqual([type, cases.map(([, text]) => text)]);
    }
  });

  it.each<readonly [string, readonly unknown[]]>([
    ['int4', [2 ** 31, 1.5, '1', true, {}]],
    ['float8', ['1', 1n, {}]],
    ['numeric', ['1,5', 'x', {}, true]],
    ['bool', [1, 'true']],
    ['text', [1, {}, '\udc00']],
    ['timestamptz', [NaN, '2024-08-08', -62_135_596_800_001, 253_402_300_800_000, new Date(NaN)]],
    ['json', [NaN, () => 1, 1n, '\0', { a: Infinity }]],
    ['bytea', ['text', [1]]],
    ['uuid', [{}, 'no uuid']],
  ])('that do not fit %s are reported one by one', async (type, values) => {
    const { pool } = postgres();
    await pool.query(`DROP TABLE IF EXISTS typed; CREATE TABLE typed (v ${type})`);
    const sink = postgresSink<{ v: unknown }>({ client: pool, table: 'typed', columns: ['v'] });

    const { rejected } = await sink.write([...values.map((v) => ({ v })), { v: null }]);

    expect(rejected.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(values.map((_, index) => index));
    expect((await pool.query('SELECT count(*)::int AS n FROM typed')).rows).toEqual([{ n: 1 }]);
  });
});
