import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newBars } from '../../../examples/trading-pipeline/optimised/desk.js';
import type { MemoryAnswer, MemoryQuestion } from '../../../examples/trading-pipeline/memory/question.js';

const MINUTE = 60_000;
const NUMBERS_PER_BAR = 9;
const BYTES = 8;

/** Within the package, so that the program finds the packages that are not bundled. */
const folder = join(import.meta.dirname, '../../../build', `memory-test-${process.pid}`);
let rows = '';

beforeAll(async () => {
  rows = await mkdtemp(join(tmpdir(), 'tickwise-memory-'));
  await build({
    entryPoints: [join(import.meta.dirname, '../../../examples/trading-pipeline/memory-process.ts')],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    external: ['@duckdb/node-api'],
    banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
  });
}, MINUTE);

afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(rows, { recursive: true });
});

async function ask(question: MemoryQuestion): Promise<MemoryAnswer> {
  const child = fork(join(folder, 'memory-process.mjs'), [], { execArgv: [] });
  child.send(question);
  const [answer] = await once(child, 'message');
  await once(child, 'exit');
  return answer;
}

it(
  'histories take a third where three models share them, and less than a third as columns',
  { timeout: MINUTE },
  async () => {
    const { histories } = await ask({ type: 'histories', symbols: 3, models: 3, hasWorkers: false });
    if (histories === undefined) throw new Error('no histories');
    const { bars, objectsPerModel, objectsShared, columnsPerModel, mirroredShared, naive, optimised } = histories;
    const deskNumbers = newBars().capacity * NUMBERS_PER_BAR * BYTES;
    const numbers = bars * NUMBERS_PER_BAR * BYTES;

    expect(objectsPerModel / objectsShared).toBeCloseTo(3, 1);
    expect(1 - columnsPerModel / objectsPerModel).toBeGreaterThan(0.665);
    expect(naive).toBeLessThan(objectsPerModel / 2);
    // What was measured is what numbers take, and little else.
    for (const [bytes, exact] of [
      [columnsPerModel, 9 * numbers],
      [mirroredShared, 3 * 2 * numbers],
      [optimised, 3 * 2 * deskNumbers],
    ] as const) {
      expect(bytes).toBeGreaterThanOrEqual(exact);
      expect(bytes).toBeLessThan(1.2 * exact);
    }
  },
);

it('the database is asked to store as many rows as the run did', { timeout: MINUTE }, async () => {
  const path = join(rows, 'rows.duckdb');
  const files = join(rows, 'plain.rows');
  const counts = { signals: 301, decisions: 102, books: 3 };

  const plain = await ask({ type: 'database', path: files, rows: counts });
  const writing = await ask({ type: 'database', path, rows: counts });

  expect(writing.peakRss).toBeGreaterThan(plain.peakRss + 2 ** 20);
  for (const [table, count] of Object.entries(counts)) {
    const names = (await readdir(files)).filter((file) => file.startsWith(table));
    const texts = await Promise.all(names.map((file) => readFile(join(files, file), 'utf8')));
    expect(texts.join('').trimEnd().split('\n')).toHaveLength(count);
  }
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const [table, count] of Object.entries(counts)) {
    const reader = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM ${table}`);
    expect(reader.getRows()).toEqual([[count]]);
  }
  connection.closeSync();
  instance.closeSync();
});
