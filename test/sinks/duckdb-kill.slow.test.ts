import { once } from 'node:events';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { range } from '../batch/fake-sink.js';
import { endOf, type Program, programOf, readLines } from '../program.js';
import { temporaryFolder } from '../batch/journal/rig.js';

const ROWS = 500;

/** The numbers in the file, twice those that are stored twice. */
async function numbersIn(path: string): Promise<number[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll('SELECT number FROM numbered ORDER BY number');
  connection.closeSync();
  instance.closeSync();
  return reader.getRows().map(([number]) => Number(number));
}

/** Waits until a program has said all of these. @returns the lines it said. */
async function hear(program: Program, ...words: readonly string[]): Promise<string[]> {
  const lines = readLines(program);
  const heard: string[] = [];
  while (words.some((word) => !heard.includes(word))) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the program ended and said only ${heard.join(', ')}`);
    heard.push(value);
  }
  return heard;
}

/** Runs a program to its end. @returns what it said last. */
async function lastLineOf(program: Program): Promise<string | undefined> {
  const over = once(program, 'close');
  let text = '';
  program.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  await over;
  expect(await endOf(program)).toBe(0);
  return text.trimEnd().split('\n').at(-1);
}

describe('a process killed after DuckDB has stored a batch and before its writer knows', () => {
  it.each([1, 2, 5])(
    'doubles and loses no row with idColumn when that is batch %i',
    { timeout: 60_000 },
    async (at) => {
      const folder = await temporaryFolder();
      const path = join(folder, 'numbered.db');
      const start = await programOf('test/batch/journal/fixtures/duckdb-bot.ts');
      const paths = [path, join(folder, 'journal')];
      const killed = start(...paths, '0', String(ROWS), String(at));
      await hear(killed, 'secured', 'stored');
      killed.kill('SIGKILL');
      expect(await endOf(killed)).toBe('SIGKILL');

      const skipped = await lastLineOf(start(...paths, String(ROWS), String(ROWS + 100)));

      expect(await numbersIn(path)).toEqual(range(0, ROWS + 100));
      // What was stored unheard came again. Acknowledged batches may come again, too: the ledger is written behind them.
      expect(Number(skipped)).toBeGreaterThanOrEqual(100);
      expect(Number(skipped)).toBeLessThanOrEqual(at * 100);
    },
  );

  it('doubles and loses no row over five kills in a row', { timeout: 120_000 }, async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'numbered.db');
    const start = await programOf('test/batch/journal/fixtures/duckdb-bot.ts');
    const paths = [path, join(folder, 'journal')];
    for (let kill = 0; kill < 5; kill++) {
      const killed = start(...paths, String(kill * ROWS), String((kill + 1) * ROWS), String(1 + (kill % 3)));
      await hear(killed, 'secured', 'stored');
      killed.kill('SIGKILL');
      await endOf(killed);
    }

    await lastLineOf(start(...paths, '0', '0'));

    expect(await numbersIn(path)).toEqual(range(0, 5 * ROWS));
  });
});
