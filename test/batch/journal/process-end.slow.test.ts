import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { range } from '../fake-sink.js';
import { endOf, programOf, readLines } from '../../program.js';
import { drain, segmentsOf, Table, temporaryFolder } from './rig.js';

const TIMEOUT = { timeout: 30_000 };

function numbersIn(path: string): number[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean).map(Number) : [];
}

describe('a process with 100 pending rows and handleSignals', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'stores them at %s, and ends by that signal',
    TIMEOUT,
    async (signal) => {
      const out = join(await temporaryFolder(), 'rows');
      const start = await programOf('test/batch/journal/fixtures/bot.ts');
      const program = start('signal', '100', out);
      expect(await readLines(program).next()).toMatchObject({ value: 'ready' });

      program.kill(signal);

      expect(await endOf(program)).toBe(signal);
      expect(numbersIn(out)).toEqual(range(0, 100));
    },
  );

  it('closes a writer as well that is made while the others are closed', TIMEOUT, async () => {
    const out = join(await temporaryFolder(), 'rows');
    const start = await programOf('test/batch/journal/fixtures/bot.ts');
    const program = start('signal-late', '100', out);
    await readLines(program).next();

    program.kill('SIGTERM');

    expect(await endOf(program)).toBe('SIGTERM');
    expect(numbersIn(out)).toEqual(range(0, 150));
  });

  it('leaves the end to a listener of the program, and closes all the same', TIMEOUT, async () => {
    const out = join(await temporaryFolder(), 'rows');
    const start = await programOf('test/batch/journal/fixtures/bot.ts');
    const program = start('own-listener', '100', out);
    const lines = readLines(program);
    await lines.next();

    program.kill('SIGTERM');
    const line = await lines.next();
    while (numbersIn(out).length < 100) await lines.next();
    const isAlive = program.exitCode === null && program.signalCode === null;

    expect(line.value).toBe('mine');
    expect(isAlive).toBe(true);
    expect(numbersIn(out)).toEqual(range(0, 100));
  });

  it('ends at once at a second signal', TIMEOUT, async () => {
    const start = await programOf('test/batch/journal/fixtures/bot.ts');
    const program = start('signal', '100', 'hang', '', '600000');
    await readLines(program).next();

    program.kill('SIGTERM');
    program.kill('SIGINT');

    // With ten minutes to go, only the second signal can have ended it.
    expect(['SIGINT', 'SIGTERM']).toContain(await endOf(program));
  });

  it('ends after closeTimeout with a sink that hangs', TIMEOUT, async () => {
    const start = await programOf('test/batch/journal/fixtures/bot.ts');
    const program = start('signal', '100', 'hang', '', '50');
    await readLines(program).next();

    program.kill('SIGTERM');

    expect(await endOf(program)).toBe('SIGTERM');
  });

  it('leaves the rows to the journal when the sink is down', TIMEOUT, async () => {
    const directory = await temporaryFolder();
    const start = await programOf('test/batch/journal/fixtures/bot.ts');
    const program = start('signal', '100', 'down', directory, '50');
    await readLines(program).next();

    program.kill('SIGTERM');
    await endOf(program);
    const table = new Table();
    await drain(directory, table);

    expect(table.order).toEqual(range(0, 100));
  });
});

describe('a process without handleSignals', () => {
  it('ends at a signal as if there were no writer, and loses what is pending', TIMEOUT, async () => {
    const out = join(await temporaryFolder(), 'rows');
    const start = await programOf('test/batch/journal/fixtures/bot.ts');
    const program = start('wait', '100', out);
    await readLines(program).next();

    program.kill('SIGTERM');

    expect(await endOf(program)).toBe('SIGTERM');
    expect(numbersIn(out)).toEqual([]);
  });
});

describe('a process that ends by itself', () => {
  it('with await using stores its rows', TIMEOUT, async () => {
    const out = join(await temporaryFolder(), 'rows');
    const start = await programOf('test/batch/journal/fixtures/bot.ts');

    expect(await endOf(start('using', '100', out))).toBe(0);

    expect(numbersIn(out)).toEqual(range(0, 100));
  });

  it.each(['', 'with a journal'])(
    'ends although the writer was not closed, when nothing is pending %s',
    TIMEOUT,
    async (journal) => {
      const directory = journal === '' ? '' : await temporaryFolder();
      const start = await programOf('test/batch/journal/fixtures/bot.ts');

      expect(await endOf(start('empty', '0', 'down', directory))).toBe(0);
    },
  );

  it.each([
    ['exit', 3],
    ['throw', 1],
  ])('by %s in the turn in which it added them loses none with a journal', TIMEOUT, async (how, code) => {
    const directory = await temporaryFolder();
    const start = await programOf('test/batch/journal/fixtures/bot.ts');
    const program = start(how, '1000', 'down', directory);
    program.stdout.resume();

    const end = await endOf(program);
    const files = await segmentsOf(directory); // one, or two when the first was just being made
    const table = new Table();
    await drain(directory, table);

    expect(end).toBe(code);
    expect(files.length).toBeGreaterThanOrEqual(1);
    expect(table.order).toEqual(range(0, 1_000));
  });
});
