import { systemClock } from 'tickwise/core';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriter } from 'tickwise/batch';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startPostgres, type TestServer } from '../servers/index.js';
import { limitFiles } from './file-limit.js';
import { killMany } from './kills.js';
import { Oracle } from './oracle.js';

const SEED = 20_240_808;

let server: TestServer | undefined;
let oracle: Oracle | undefined;
let directory = '';
let isMounted = false;

beforeEach(async () => {
  vi.stubEnv('DATABASE_URL', '');
  server = await startPostgres();
  vi.unstubAllEnvs();
  directory = await mkdtemp(join(tmpdir(), 'tickwise-oracle-'));
  if (server === undefined) return;
  oracle = await Oracle.of(server);
  await oracle.open();
}, 120_000);

afterEach(async () => {
  await oracle?.proxy.close();
  await server?.stop();
  if (isMounted) execFileSync('umount', ['-l', directory]);
  isMounted = false;
  await rm(directory, { recursive: true, force: true });
}, 60_000);

describe('a writer with a journal before Postgres', () => {
  it(
    'loses, doubles and invents nothing over 20 kills with faults of the server',
    { timeout: 240_000 },
    async (test) => {
      if (oracle === undefined) {
        test.skip('the server is not installed');
        return;
      }

      await killMany(oracle, directory, 20, SEED);

      const verdict = await oracle.judge();
      expect(verdict).toMatchObject({ lost: [], doubled: [], invented: [], dead: [] });
      expect(verdict.stored).toBeGreaterThan(1_000);
    },
  );

  it('dead-letters nothing while the server stands still or restarts', { timeout: 120_000 }, async (test) => {
    if (oracle === undefined) {
      test.skip('the server is not installed');
      return;
    }
    const running = oracle.runToEnd(directory, 5_000);
    const thaw = await oracle.freezeServer();
    const { proxy } = oracle;
    const before = proxy.connections;
    // Sends that took too long lead to new connections.
    await vi.waitFor(() => expect(proxy.connections).toBeGreaterThan(before + 1), 60_000);
    thaw();
    await oracle.crashServer().catch(() => undefined);

    await running;

    expect(await oracle.judge()).toEqual({ lost: [], doubled: [], invented: [], dead: [], stored: 5_000 });
  });
});

describe('a writer with a journal under a quota', () => {
  it(
    'that stops files from growing waits for room, and loses and doubles nothing',
    { timeout: 120_000 },
    async (test) => {
      if (oracle === undefined || !limitFiles(process.pid, 'unlimited')) {
        test.skip('the server or prlimit is not installed');
        return;
      }
      const { diskErrors } = oracle;

      await oracle.runToEnd(directory, 5_000, async (pid) => {
        limitFiles(pid, 3_000);
        await vi.waitFor(() => expect(diskErrors.length).toBeGreaterThan(0), 60_000);
        limitFiles(pid, 'unlimited');
      });

      expect(diskErrors).toContain('EFBIG');
      expect(await oracle.judge()).toEqual({ lost: [], doubled: [], invented: [], dead: [], stored: 5_000 });
    },
  );
});

describe('a writer without a journal before Postgres', () => {
  it('loses only what its writes had not resolved for, and doubles nothing', { timeout: 240_000 }, async (test) => {
    if (oracle === undefined) {
      test.skip('the server is not installed');
      return;
    }

    await killMany(oracle, '', 5, SEED);

    expect(await oracle.judge()).toMatchObject({ lost: [], doubled: [], invented: [], dead: [] });
  });

  it('stores rows once although replies are cut after the commit', { timeout: 120_000 }, async (test) => {
    if (oracle === undefined) {
      test.skip('the server is not installed');
      return;
    }
    const { proxy } = oracle;
    const cut = (): void => {
      proxy.cutsNextReply = true;
      cutting = systemClock.setTimeout(cut, 20);
    };
    let cutting = systemClock.setTimeout(cut, 20);
    onTestFinished(() => cutting.cancel());

    await oracle.runToEnd('', 3_000);

    expect(proxy.cuts).toBeGreaterThan(0);
    expect(await oracle.judge()).toEqual({ lost: [], doubled: [], invented: [], dead: [], stored: 3_000 });
  });
});

describe('a journal on a file system that is full', () => {
  it('goes on when there is room again, and loses nothing', { timeout: 60_000 }, async (test) => {
    if (!mounted(directory)) {
      test.skip('only the superuser may mount a small file system');
      return;
    }
    const stored: number[] = [];
    let isDown = true;
    const errors: unknown[] = [];
    const writer = new BatchWriter<{ number: number; text: string }>({
      sink: async (batch) => {
        if (isDown) throw new Error('down');
        stored.push(...batch.map(({ number }) => number));
      },
      retry: { minDelay: 5, maxDelay: 20 },
      journal: { directory },
      onError: (error, { operation }) => operation === 'journal' && errors.push(error),
    });
    await writer.ready();
    const text = 'x'.repeat(500);
    const add = (from: number, end: number): void => {
      for (let number = from; number < end; number++) expect(writer.add({ number, text })).toBe(true);
    };

    add(0, 100);
    await writer.secured();
    await writeFile(join(directory, 'filler'), Buffer.alloc(2_000_000)).catch(() => undefined);
    add(100, 1_000);
    await vi.waitFor(() => expect(writer.stats().journal?.isFailing).toBe(true), 20_000);
    const whileFull = writer.stats();
    await rm(join(directory, 'filler'));
    await writer.secured();
    const after = writer.stats().journal;
    isDown = false;
    await writer.close();

    expect(whileFull).toMatchObject({ pending: 1_000, deadLettered: 0, refused: 0 });
    expect(errors).toMatchObject([{ code: 'ENOSPC' }]);
    expect(after).toMatchObject({ isFailing: false, unsecured: 0 });
    expect(stored).toEqual(Array.from({ length: 1_000 }, (_, number) => number));
  });
});

function mounted(path: string): boolean {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs', path], { stdio: 'ignore' });
    isMounted = true;
    return true;
  } catch {
    return false;
  }
}
