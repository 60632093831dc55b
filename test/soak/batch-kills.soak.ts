import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { killMany } from '../integration/batch/kills.js';
import { Oracle } from '../integration/batch/oracle.js';
import { startPostgres } from '../integration/servers/index.js';

const SEED = Number(process.env['SEED'] ?? 7);

it(`a writer with a journal loses, doubles and invents nothing over 200 kills, seed ${SEED}`, async (test) => {
  const server = await startPostgres();
  if (server?.folder === undefined) {
    test.skip('a private server is not installed');
    return;
  }
  onTestFinished(() => server.stop(), 60_000);
  const directory = await mkdtemp(join(tmpdir(), 'tickwise-kills-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const oracle = await Oracle.of(server);
  await oracle.open();
  onTestFinished(() => oracle.proxy.close());

  await killMany(oracle, directory, 200, SEED);

  const verdict = await oracle.judge();
  expect(verdict).toMatchObject({ lost: [], doubled: [], invented: [], dead: [] });
  expect(verdict.stored).toBeGreaterThan(10_000);
});
