import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import type * as HotClock from '../../src/core/hot-clock.js';

/** A copy of the module with a state of its own. */
async function freshModule(): Promise<typeof HotClock> {
  vi.resetModules();
  return await import('../../src/core/hot-clock.js');
}

/** Reads a clock as hot paths do: the time in memory while there is one, and the clock itself once in 1 000 times. */
function readerOf({ time, read }: HotClock.HotClock): () => number {
  let reads = 0;
  return () => {
    const shared = time[0] ?? 0;
    return shared !== 0 && ++reads % 1_000 !== 0 ? shared : read();
  };
}

/** Reads often enough, without a pause, for the thread to be wanted. */
function readOften(now: () => number, reads = 100_000): void {
  for (let read = 0; read < reads; read++) now();
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('hotClock', () => {
  it('asks any clock but the system clock itself', async () => {
    const { hotClock } = await freshModule();
    const clock = new VirtualClock();
    const now = readerOf(hotClock(clock));

    readOften(now);
    await clock.advance(5);

    expect(now()).toBe(5);
  });

  it('is the machine clock itself while there are few reads', async () => {
    const { hotClock } = await freshModule();
    const read = vi.spyOn(performance, 'now').mockReturnValueOnce(17.25).mockReturnValueOnce(18.5);
    const system = readerOf(hotClock((await import('tickwise/core')).systemClock));

    expect([system(), system()]).toEqual([17.25, 18.5]);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['goes on in a synchronous loop, never ahead of the machine', 0],
    ['is not ahead of the machine when it was held up between two readings', 100],
  ])('%s', { timeout: 60_000 }, async (_, pause) => {
    const { bigint } = process.hrtime;
    vi.spyOn(process.hrtime, 'bigint').mockImplementationOnce(() => {
      const machine = bigint();
      for (const start = performance.now(); performance.now() < start + pause;);
      return machine;
    });
    const { hotClock } = await freshModule();
    const now = readerOf(hotClock((await import('tickwise/core')).systemClock));
    let ahead = 0;

    for (let round = 0; round < 20; round++) {
      readOften(now);
      // A turn, in which the thread may start.
      await new Promise((resolve) => setImmediate(resolve));
      const start = now();
      let last = start;
      while (last < start + 20) {
        last = now();
        ahead = Math.max(ahead, last - performance.now());
      }
    }

    // What remains is how exactly two origins are known.
    expect(ahead).toBeLessThan(0.5);
  });

  describe('where no thread can be started', () => {
    beforeEach(() => {
      vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
        throw new Error('ERR_ACCESS_DENIED');
      });
    });

    it('reads the machine clock', async () => {
      const { hotClock } = await freshModule();
      const now = readerOf(hotClock((await import('tickwise/core')).systemClock));

      readOften(now);

      const before = performance.now();
      const read = now();
      expect(read).toBeGreaterThanOrEqual(before);
      expect(read).toBeLessThanOrEqual(performance.now());
    });
  });

  it('starts no thread while fake timers stand in for the machine', async () => {
    const { hotClock } = await freshModule();
    const start = vi.spyOn(process, 'getBuiltinModule');
    vi.useFakeTimers({ toFake: ['performance'] });
    const now = readerOf(hotClock((await import('tickwise/core')).systemClock));

    readOften(now);
    const before = now();
    vi.advanceTimersByTime(60_000);
    const after = now();
    vi.useRealTimers();

    expect(after - before).toBe(60_000);
    expect(start).not.toHaveBeenCalled();
  });

  it('does not keep a process alive', { timeout: 60_000 }, async () => {
    const source = fileURLToPath(new URL('../../src/core/', import.meta.url));
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { hotClock } from './hot-clock.js';
          import { systemClock } from './system-clock.js';
          const { read } = hotClock(systemClock);
          const end = performance.now() + 300;
          while (performance.now() < end) for (let i = 0; i < 10_000; i++) read();
          setImmediate(() => console.log('done'));`,
        resolveDir: source,
      },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
    });
    const child = spawn(process.execPath, ['--input-type=module', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end(outputFiles[0]?.text ?? '');

    const [code] = (await once(child, 'exit')) as [unknown];

    expect(code).toBe(0);
  });
});
