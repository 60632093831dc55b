import * as fc from 'fast-check';
import { type EngineChoice, RollingCorrelation } from 'tickwise/rolling';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as Rolling from '../../src/rolling/index.js';
import { openEngine } from '../../src/rolling/kernel-engine.js';
import { rowStart } from '../../src/rolling/co-moment-kernels.js';
import { seeded } from './naive.js';

const SIZES = Array.from({ length: 70 }, (_, index) => index + 1);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Both engines with the same options. */
function twins(options: Omit<ConstructorParameters<typeof RollingCorrelation>[0], 'engine'>): RollingCorrelation[] {
  return (['wasm', 'js'] as EngineChoice[]).map((engine) => new RollingCorrelation({ ...options, engine }));
}

/** Whether all correlations are the same to the bit. `toEqual` takes milliseconds for thousands of numbers. */
function areSame(one: RollingCorrelation | undefined, other: RollingCorrelation | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  // All NaN are one: their bits are the machine's affair.
  const [left, right] = [one, other].map((rolling) =>
    Buffer.from(rolling.matrix().map((value) => (Number.isNaN(value) ? NaN : value)).buffer),
  );
  return left?.equals(right ?? Buffer.alloc(0)) === true;
}

function names(size: number): string[] {
  return Array.from({ length: size }, (_, index) => `S${index}`);
}

describe('the engines', () => {
  it('give the same bits for 1 to 70 symbols, after every few bars', () => {
    const random = seeded(17);
    for (const size of SIZES) {
      const [wasm, js] = twins({ symbols: names(size), window: 12, tolerance: 1e-12 });
      for (let bar = 0; bar < 40; bar++) {
        const values = Float64Array.from({ length: size }, () => 100 + random() * (bar === 20 ? 1e9 : 1));
        wasm?.push(values);
        js?.push(values);
        if (bar % 3 !== 0) continue;

        expect(areSame(wasm, js), `${size} symbols, bar ${bar}`).toBe(true);
      }
      expect(wasm?.stats()).toEqual({ ...js?.stats(), engine: 'wasm' });
      expect(wasm?.errorBound()).toBe(js?.errorBound());
    }
  });

  it.each([undefined, 0.01])('give the same bits over 2 000 slides of 33 symbols, tick size %s', (tickSize) => {
    const random = seeded(23);
    const [wasm, js] = twins({ symbols: names(33), window: 50, ...(tickSize !== undefined && { tickSize }) });
    const last = new Float64Array(33).fill(100);
    for (let bar = 0; bar < 2_000; bar++) {
      last.forEach((price, index) => (last[index] = Math.round((price + random() - 0.5) * 100) / 100));
      const isGap = random() < 0.02;
      const values = last.map((price, index) => (isGap && index === bar % 33 ? NaN : price));
      wasm?.push(values);
      js?.push(values);
      if (bar % 97 === 0) expect(areSame(wasm, js), `bar ${bar}`).toBe(true);
    }

    expect(areSame(wasm, js)).toBe(true);
    expect(wasm?.top(20)).toEqual(js?.top(20));
    expect(wasm?.stats()).toEqual({ ...js?.stats(), engine: 'wasm' });
  });

  it('are told apart by stats alone', () => {
    const [wasm, js] = twins({ symbols: ['A', 'B'], window: 3 });

    expect(wasm?.stats().engine).toBe('wasm');
    expect(js?.stats().engine).toBe('js');
    expect(new RollingCorrelation({ symbols: ['A'], window: 3 }).stats().engine).toBe('wasm');
  });

  it('write nothing but what they are asked to', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 24 }), fc.integer({ min: 1, max: 99 }), (size, seed) => {
        const random = seeded(seed);
        const products = 8 * size + 16;
        const out = products + rowStart(size + 1) + 4;
        const memories = (['wasm', 'js'] as const).map((choice) => {
          const { buffer, kernels } = openEngine('test', choice, 8 * (out + size * size + 16));
          return { memory: new Float64Array(buffer, 0, out + size * size + 16), kernels };
        });
        memories[0]?.memory.forEach((_, index, memory) => (memory[index] = random() - 0.5));
        memories[1]?.memory.set(memories[0]?.memory ?? []);
        for (const { kernels } of memories) {
          kernels.slideFour(8 * products, 1, size, 0);
          kernels.slideOne(8 * products, 1, size, 32);
          kernels.correlateFloats(8 * products, 8 * out, 0, size, size, 0);
          kernels.mirror(8 * out, 0, size, size);
          kernels.correlateTicks(8 * products, 8 * out, size & ~1, size, size, 0, 7);
        }

        const [wasm, js] = memories.map(({ memory }) => memory.slice(0, out));
        expect(wasm).toEqual(js);
        const ends = memories.map(({ memory }) => memory.slice(out + size * size + 2));
        expect(ends[0]).toEqual(ends[1]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('without WebAssembly', () => {
  async function fresh(): Promise<typeof Rolling> {
    vi.resetModules();
    return import('../../src/rolling/index.js');
  }

  it.each([
    ['is missing', undefined],
    ['has no SIMD', { Module: refusing('Module'), Instance: refusing('Instance'), Memory: refusing('Memory') }],
    ['has no memory left', { ...WebAssemblyOfHost(), Memory: refusing('Memory') }],
  ])('JavaScript serves where it %s, and says so', async (_, wasm) => {
    vi.stubGlobal('WebAssembly', wasm);
    const { RollingCorrelation: Fresh } = await fresh();
    const rolling = new Fresh({ symbols: ['A', 'B'], window: 3 });

    for (const [a, b] of [
      [1, 2],
      [2, 4],
      [4, 5],
    ]) {
      rolling.push([a ?? 0, b ?? 0]);
    }

    expect(rolling.stats().engine).toBe('js');
    expect(rolling.correlation('A', 'B')).toBeCloseTo(0.9285714, 6);
  });

  it('refuses the engine that is asked for by name, naming the option', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const { RollingCorrelation: Fresh } = await fresh();

    expect(() => new Fresh({ symbols: ['A'], window: 3, engine: 'wasm' })).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG',
        message: expect.stringContaining("engine must be 'auto' or 'js'"),
      }),
    );
  });
});

function refusing(name: string): new () => object {
  return class {
    constructor() {
      throw new Error(`no ${name}`);
    }
  };
}

function WebAssemblyOfHost(): object {
  const { Module, Instance } = Reflect.get(globalThis, 'WebAssembly');
  return { Module, Instance };
}
