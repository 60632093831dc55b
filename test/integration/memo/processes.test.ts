import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MemoStats } from 'tickwise/memo';
import { bundleProgram } from '../../program.js';
import { reportMissing } from '../servers/missing-server.js';
import { RedisProcess } from './redis-process.js';
import type { Setup } from './worker.js';
import { WorkerProcess } from './worker-process.js';

const redis = await RedisProcess.start();
if (redis === undefined) reportMissing('Redis', 'redis-server', 'REDIS_URL');

describe.skipIf(redis === undefined)('processes that share a Redis', { timeout: 60_000 }, () => {
  let program = '';
  let running: WorkerProcess[] = [];

  const start = async (setup: Partial<Setup> = {}): Promise<WorkerProcess> => {
    const defaults = { port: redis?.port ?? 0, loadTime: 20, lease: false, storeTimeout: 10_000, hangs: false };
    const process = await WorkerProcess.start(program, { ...defaults, ...setup });
    running.push(process);
    return process;
  };

  beforeAll(async () => {
    program = await bundleProgram('test/integration/memo/worker.ts');
  });

  afterEach(async () => {
    await Promise.all(running.map(async (process) => process.kill()));
    running = [];
    // Every test begins with an empty store.
    await redis?.kill();
    await redis?.restart();
  });

  afterAll(async () => {
    await redis?.kill();
  });

  /** Waits until a process has written so many results to the store: its callers do not wait for that. */
  const untilWritten = async (writer: WorkerProcess, count: number): Promise<void> => {
    const storeWritten = async (): Promise<unknown> =>
      ((await writer.ask({ type: 'stats' })).value as MemoStats).store?.storeWritten;
    await expect.poll(storeWritten, { timeout: 20_000 }).toBe(count);
  };

  it('share results, with the time they are fresh for', async () => {
    const [first, second] = [await start(), await start()];
    const { value } = await first.ask({ type: 'call', symbol: 'BTCUSDT' });
    await untilWritten(first, 1);

    expect((await second.ask({ type: 'call', symbol: 'BTCUSDT' })).value).toEqual(value);
    expect([first.loads, second.loads]).toEqual([1, 0]);
    expect((await second.ask({ type: 'stats' })).value).toMatchObject({ misses: 1, loads: 0 });
    expect((await second.ask({ type: 'call', symbol: 'BTCUSDT' })).value).toEqual(value);
    expect((await second.ask({ type: 'stats' })).value).toMatchObject({ hits: 1, misses: 1 });
  });

  it('never share what was computed from rings', async () => {
    const [first, second] = [await start(), await start()];

    // The first ring of each process has the same local id and version.
    const one = await first.ask({ type: 'call', symbol: 'BTCUSDT', bars: [1, 2, 3] });
    const other = await second.ask({ type: 'call', symbol: 'BTCUSDT', bars: [7, 8, 9] });

    expect(one.value).toMatchObject({ closes: [1, 2, 3] });
    expect(other.value).toMatchObject({ closes: [7, 8, 9] });
    expect([first.loads, second.loads]).toEqual([1, 1]);
    const { store } = (await second.ask({ type: 'stats' })).value as MemoStats;
    expect(store?.localOnly).toBe(1);
  });

  it('pay one load between three of them with a lease', async () => {
    const processes = [await start({ lease: true }), await start({ lease: true }), await start({ lease: true })];

    const answers = await Promise.all(
      processes.flatMap((process) =>
        Array.from({ length: 20 }, async () => process.ask({ type: 'call', symbol: 'BTCUSDT' })),
      ),
    );

    expect(processes.reduce((sum, { loads }) => sum + loads, 0)).toBe(1);
    expect(new Set(answers.map(({ value }) => JSON.stringify(value))).size).toBe(1);
  });

  it('pay at most two loads when the one with the lease is killed', async () => {
    const holder = await start({ lease: true, hangs: true });
    const others = [await start({ lease: true }), await start({ lease: true })];
    void holder.ask({ type: 'call', symbol: 'BTCUSDT' });
    await holder.untilLoads(1);
    const calls = others.map(async (process) => process.ask({ type: 'call', symbol: 'BTCUSDT' }));

    await holder.kill();

    const answers = await Promise.all(calls);
    expect(answers.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(others.reduce((sum, { loads }) => sum + loads, 1)).toBeLessThanOrEqual(2);
  });

  it('hear of invalidations and tag bumps', async () => {
    const [first, second] = [await start(), await start()];
    await first.ask({ type: 'call', symbol: 'BTCUSDT' });
    await first.ask({ type: 'call', symbol: 'ETHUSDT' });
    await untilWritten(first, 2);
    await second.ask({ type: 'call', symbol: 'BTCUSDT' });
    await second.ask({ type: 'call', symbol: 'ETHUSDT' });
    expect(second.loads).toBe(0);

    await first.ask({ type: 'invalidate', symbol: 'BTCUSDT' });
    await first.ask({ type: 'invalidateTag', tag: 'ETH' });

    await expect
      .poll(
        async () =>
          Promise.all([
            second.ask({ type: 'peek', symbol: 'BTCUSDT' }),
            second.ask({ type: 'peek', symbol: 'ETHUSDT' }),
          ]).then((answers) => answers.map(({ value }) => value)),
        { timeout: 20_000 },
      )
      .toEqual([undefined, undefined]);
    const again = await second.ask({ type: 'call', symbol: 'BTCUSDT' });
    expect(second.loads).toBe(1);
    expect(again.value).toMatchObject({ load: 1 });
  });

  it('answer every call while Redis is killed, and use it again when it is back', async () => {
    const storeTimeout = 200;
    const process = await start({ storeTimeout, loadTime: 0 });
    await process.ask({ type: 'call', symbol: 'BTCUSDT' });

    await redis?.kill();
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => process.ask({ type: 'call', symbol: `down-${index}` })),
    );
    const late = await process.ask({ type: 'call', symbol: 'later' });

    expect(answers.every(({ error }) => error === undefined)).toBe(true);
    // Twice the limit: that a machine under load is slow is not what is tested.
    expect(Math.max(...answers.map(({ took }) => took), late.took)).toBeLessThan(2 * storeTimeout + 1_000);
    expect(process.loads).toBe(52);

    await redis?.restart();
    const other = await start();
    let round = 0;
    await expect
      .poll(
        async () => {
          const symbol = `back-${++round}`;
          const { value } = await process.ask({ type: 'call', symbol });
          const before = other.loads;
          const shared = await other.ask({ type: 'call', symbol });
          return other.loads === before && JSON.stringify(shared.value) === JSON.stringify(value);
        },
        { timeout: 45_000 },
      )
      .toBe(true);
  });
});
