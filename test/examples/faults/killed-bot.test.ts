import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { BotJob } from '../../../examples/trading-pipeline/bot/job.js';
import { BotHandle } from '../../../examples/trading-pipeline/demo/bot-handle.js';
import { makeJob } from '../../../examples/trading-pipeline/demo/make-job.js';
import { readCommandLine } from '../../../examples/trading-pipeline/demo/options.js';
import { openDatabase } from '../../../examples/trading-pipeline/demo/version-database.js';
import type { Fault } from '../../../examples/trading-pipeline/faults/fault.js';
import { keyOf, openRows } from '../../../examples/trading-pipeline/report/stored-rows.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { VenueServer } from '../../../examples/trading-pipeline/venue/index.js';
import { bundleProgram } from '../../program.js';
import { usePostgres } from '../../integration/servers/use-postgres.js';
import { playFaults } from './play-faults.js';

const MINUTE = 60_000;
const SECONDS = 40;
/** Milliseconds of market time after which the bot is killed; signals have come for some seconds then. */
const KILLED_AFTER = 34_000;

const server = usePostgres();

it(
  'a bot that is killed in the middle has stored all it had said once it runs again',
  { timeout: 3 * MINUTE },
  async () => {
    const recording = synthesiseRecording({ seed: 5, duration: SECONDS * 1_000, symbols: ['BTCUSDT', 'ETHUSDT'] });
    const folder = await mkdtemp(join(tmpdir(), 'tickwise-killed-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const common = makeJob(recording, { ...readCommandLine([], {}), models: '2' });
    const killedAt = common.start + KILLED_AFTER;
    const { truth } = await playFaults(['gap'], { seed: 5, seconds: SECONDS });
    const faults: readonly Fault[] = [{ kind: 'duplicate', from: killedAt, to: killedAt + 100, symbol: '' }];
    const database = await openDatabase('optimised', { database: server().url, keep: undefined }, folder, faults);
    onTestFinished(() => database.close());
    const venue = await VenueServer.listen({ recording, bar: common.bar, speed: 'max', faults });
    onTestFinished(() => venue.close());
    const { address, journal = '' } = database;
    const result = join(folder, 'result');
    const job: BotJob = { ...common, port: venue.port, database: address, journal, faults, result };
    const program = await bundleProgram('examples/trading-pipeline/optimised-process.ts');

    const killed = new Promise<void>((resolve) => {
      const bot = new BotHandle(program, job, (at) => {
        if (at < killedAt) return venue.reached(at);
        bot.kill();
        bot.result().catch(() => resolve());
      });
      void bot.ready().then(() => venue.start());
    });
    await killed;
    const before = await storedKeys(database.readable);
    const second = new BotHandle(program, job, (at) => venue.reached(at));
    onTestFinished(() => second.kill());
    await second.ready();
    venue.reached(killedAt);
    await second.result();
    const after = await storedKeys(database.readable);

    const said = truth.filter(({ ts }) => ts <= killedAt).map(keyOf);
    expect(said.length).toBeGreaterThan(0);
    expect(said.filter((key) => !before.includes(key)).length).toBeGreaterThan(0);
    expect(said.filter((key) => !after.includes(key))).toEqual([]);
    expect(new Set(after).size).toBe(after.length);
  },
);

async function storedKeys(database: string): Promise<string[]> {
  const rows = await openRows(database);
  return (await rows.read('signals')).map(keyOf);
}
