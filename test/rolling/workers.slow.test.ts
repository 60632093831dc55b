import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it, vi } from 'vitest';
import { openEngine } from '../../src/rolling/kernel-engine.js';
import { KernelThreads } from '../../src/rolling/kernel-threads.js';
import { rowStart } from '../../src/rolling/co-moment-kernels.js';
import { THREAD } from '../../src/rolling/row-passes.js';
import { seeded } from './naive.js';

const SYMBOLS = Array.from({ length: 1_001 }, (_, index) => `S${index}`);

/** Whether all bits are the same. `toEqual` takes seconds for a million numbers. */
function areSame(one: Uint8Array | Float64Array | undefined, other: Uint8Array | Float64Array | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const [left, right] = [one, other].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return left?.equals(right ?? Buffer.alloc(0)) === true;
}

/** What a matrix of all symbols has left of its diagonal, row by row. */
function leftOfDiagonal(matrix: Float64Array): Float64Array {
  const size = SYMBOLS.length;
  const sides = new Float64Array((size * (size - 1)) / 2);
  for (let row = 1; row < size; row++) sides.set(matrix.subarray(row * size, row * size + row), (row * (row - 1)) / 2);
  return sides;
}

/** Prices to the cent that walk, with a gap now and then. */
function bars(count: number, size = SYMBOLS.length): Float64Array[] {
  const random = seeded(3);
  const last = new Float64Array(size).fill(100);
  return Array.from({ length: count }, (_, bar) => {
    last.forEach((price, index) => (last[index] = Math.round((price + random() - 0.5) * 100) / 100));
    return last.map((price, index) => (bar === 9 && index === 7 ? NaN : price));
  });
}

describe('workers', () => {
  it.each([undefined, 0.01])('give the same bits as one thread, whatever is done, tick size %s', async (tickSize) => {
    const options = { symbols: SYMBOLS, window: 12, ...(tickSize !== undefined && { tickSize }) };
    const alone = new RollingCorrelation(options);
    await using shared = new RollingCorrelation({ ...options, workers: 2 });

    for (const [index, bar] of bars(24).entries()) {
      for (const one of [alone, shared]) one.push(bar, index);
      if (index % 5 === 4) for (const one of [alone, shared]) one.amend('S500', 99.5 + index);
      if (index % 7 === 6) expect(areSame(shared.matrix(), alone.matrix())).toBe(true);
      if (index % 7 === 3) expect(areSame(shared.triangle(), alone.triangle())).toBe(true);
    }
    for (const one of [alone, shared]) {
      one.addSymbol('T', [1, 2, 3]);
      one.removeSymbol('S3');
      one.amend('S11', 42, 20);
      one.push(bars(1)[0] ?? [], 24);
    }

    // The first read is the one that writes out what has waited.
    const [pairs, alonePairs] = [shared, alone].map((one) => one.triangle());
    expect(areSame(pairs, alonePairs)).toBe(true);
    expect(areSame(pairs, leftOfDiagonal(shared.matrix()))).toBe(true);
    expect(areSame(shared.matrix(), alone.matrix())).toBe(true);
    expect(shared.top(30)).toEqual(alone.top(30));
    expect(shared.stats()).toEqual({ ...alone.stats(), workers: 2 });
    expect(areSame(shared.snapshot(), alone.snapshot())).toBe(true);
  });

  it.each([1, 3])('do every pass without the calling thread, %i of them, to the same bits', async (count) => {
    const size = 1_003;
    const terms = 8 * 16 * (size + 1);
    const products = terms + 8 * 8 * (size + 1);
    const out = products + 8 * (rowStart(size + 1) + 2);
    const threads = new KernelThreads(count, THREAD);
    const random = seeded(9);
    const memories = [threads, undefined].map((helpers) => {
      const { buffer, passes } = openEngine('test', 'wasm', out + 8 * size * size, helpers);
      return { passes, memory: new Float64Array(buffer) };
    });
    memories[0]?.memory.forEach((_, index, memory) => (memory[index] = random() - 0.5));
    memories[1]?.memory.set(memories[0]?.memory ?? []);
    // Nobody but the threads takes a band, and the pass ends when all are done.
    const claim = vi.spyOn(threads, 'claim').mockReturnValue(-1);

    for (const { passes, memory } of memories) {
      passes.slideFour(products, size, 0);
      passes.slideOne(products, size, 32);
      passes.correlate(products, size, terms, out, 0);
      memory.copyWithin(0, out / 8, out / 8 + 64);
      passes.correlate(products, size, terms, out, 7);
    }

    expect(claim).toHaveBeenCalledTimes(4);
    expect(areSame(memories[0]?.memory, memories[1]?.memory)).toBe(true);
    expect(threads.running).toBe(count);
    await threads.close();
    expect(threads.running).toBe(0);
  });

  it('are started by the first pass over 1 000 symbols, not by fewer, and not by JavaScript', async () => {
    const shared = new RollingCorrelation({ symbols: SYMBOLS.slice(0, 999), window: 4, workers: 1 });
    await using plain = new RollingCorrelation({ symbols: SYMBOLS, window: 4, workers: 1, engine: 'js' });
    const counts: number[] = [];

    for (const bar of bars(3)) {
      plain.push(bar);
      shared.push(bar.subarray(0, 999));
      shared.matrix();
      counts.push(shared.stats().workers);
    }
    plain.matrix();
    shared.addSymbol('T');
    counts.push(shared.stats().workers);
    for (const bar of bars(2, 1_000)) {
      shared.push(bar);
      shared.matrix();
      counts.push(shared.stats().workers);
    }

    expect(plain.stats().workers).toBe(0);
    expect(counts).toEqual([0, 0, 0, 0, 1, 1]);
    await shared.close();
  });

  it('end with close, after which the instance goes on to the same bits', async () => {
    const options = { symbols: SYMBOLS, window: 6 };
    const alone = new RollingCorrelation(options);
    const shared = new RollingCorrelation({ ...options, workers: 1 });
    const all = bars(16);
    for (const bar of all.slice(0, 8)) for (const one of [alone, shared]) one.push(bar);
    const before = shared.stats().workers;

    await Promise.all([shared.close(), shared.close()]);
    await shared.close();
    for (const bar of all.slice(8)) for (const one of [alone, shared]) one.push(bar);

    expect(before).toBe(1);
    expect(shared.stats().workers).toBe(0);
    expect(areSame(shared.matrix(), alone.matrix())).toBe(true);
  });

  it('are no part of a snapshot, and asked for when it is restored', async () => {
    await using shared = new RollingCorrelation({ symbols: SYMBOLS, window: 4, workers: 1 });
    for (const bar of bars(6)) shared.push(bar);
    const bytes = shared.snapshot();

    const alone = RollingCorrelation.restore(bytes);
    await using again = RollingCorrelation.restore(bytes, { workers: 2 });

    expect(areSame(again.matrix(), alone.matrix())).toBe(true);
    expect([alone.stats().workers, again.stats().workers]).toEqual([0, 2]);
    expect(() => RollingCorrelation.restore(bytes, { workers: 17 })).toThrow(/workers must be a whole number/);
    expect(() => RollingCorrelation.restore(bytes, { engine: 'js' } as never)).toThrow(/unknown option/);
  });

  it('are done without where no thread may be started', async () => {
    const start = vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
      throw new Error('not permitted');
    });
    const shared = new RollingCorrelation({ symbols: SYMBOLS, window: 4, workers: 1 });
    const alone = new RollingCorrelation({ symbols: SYMBOLS, window: 4 });

    for (const bar of bars(6)) for (const one of [alone, shared]) one.push(bar);

    expect(areSame(shared.matrix(), alone.matrix())).toBe(true);
    expect(start).toHaveBeenCalledOnce();
    expect(shared.stats().workers).toBe(0);
    start.mockRestore();
    await shared.close();
  });

  it.each(['esm', 'cjs'] as const)('keep no process alive, their program in the bundle, as %s', async (format) => {
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { RollingCorrelation } from './index.js';
          const symbols = Array.from({ length: 1000 }, (_, index) => 'S' + index);
          const rolling = new RollingCorrelation({ symbols, window: 8, workers: 2 });
          for (let bar = 0; bar < 20; bar++) rolling.push(Float64Array.from(symbols, (_, i) => Math.sin(bar * i)));
          rolling.matrix();
          if (rolling.stats().workers !== 2) throw new Error('no workers');
          console.log('done');`,
        resolveDir: fileURLToPath(new URL('../../src/rolling', import.meta.url)),
      },
      bundle: true,
      write: false,
      platform: 'node',
      format,
    });
    const type = format === 'esm' ? 'module' : 'commonjs';
    const child = spawn(process.execPath, [`--input-type=${type}`, '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end(outputFiles[0]?.text ?? '');

    const [code] = (await once(child, 'exit')) as [unknown];

    expect(code).toBe(0);
  });
});
