import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** One class that uses decorators in every way that both protocols have. `probe` says what it did. */
const SOURCE = `
import { memoize, cacheFeatures } from 'tickwise/memo';

let calls: string[] = [];
const shared = memoize({ ttl: 60_000 });
const tag = Symbol('tag');

class Base {
  constructor(readonly factor: number) {}
  @shared mul(value: number): number { calls.push('mul'); return this.factor * value; }
  @shared add(value: number): number { calls.push('add'); return this.factor + value; }
  @memoize() pair(a: unknown, b: unknown): string { calls.push('pair'); return a + '/' + b; }
  @memoize() many(...args: number[]): number { calls.push('many'); return args.length; }
  @cacheFeatures features(symbol: string): string { calls.push('features'); return symbol; }
  @cacheFeatures({ name: 'regime' }) regime(symbol: string): string { calls.push('regime'); return symbol; }
  @cacheFeatures() empty(symbol: string): string { calls.push('empty'); return symbol; }
  @memoize() [tag](value: number): number { calls.push('symbol'); return value; }
  @memoize() static create(value: number): string { calls.push('static'); return this.name + value; }
  @memoize() async load(value: number): Promise<number> { calls.push('load'); return this.factor * value; }
  @memoize({ key: (query: { id: number }) => query.id }) find(query: { id: number; at: number }): number { calls.push('find'); return query.at; }
  overloaded(value: string): string;
  overloaded(value: number): number;
  @memoize() overloaded(value: string | number): string | number { calls.push('overloaded'); return value; }
  @memoize() identity<T>(value: T): T { calls.push('identity'); return value; }
}

class Sub extends Base {
  override mul(value: number): number { return super.mul(value) + 1000; }
  @memoize() override add(value: number): number { calls.push('sub add'); return super.add(value) + 1000; }
}

function during<T>(run: () => T): [T, string[]] {
  calls = [];
  const result = run();
  return [result, [...calls]];
}

export async function probe(): Promise<Record<string, unknown>> {
  const a = new Base(2);
  const b = new Base(10);
  const sub = new Sub(3);
  return {
    instances: during(() => [a.mul(3), b.mul(3), a.mul(3), b.mul(3)]),
    twoMethods: during(() => [a.add(3), a.mul(3), a.add(3)]),
    secondArgument: during(() => [a.pair(1, 2), a.pair(1, 3), a.pair('1', 2), a.pair(1, 2)]),
    many: during(() => [a.many(), a.many(1, 2, 3, 4, 5), a.many(1, 2, 3, 4, 5), a.many()]),
    presets: during(() => [a.features('x'), a.features('x'), a.regime('x'), a.regime('x'), a.empty('x'), a.empty('x')]),
    symbols: during(() => [a[tag](1), a[tag](1)]),
    statics: during(() => [Base.create(1), Sub.create(1), Base.create(1), Sub.create(1)]),
    override: during(() => [sub.mul(2), sub.mul(2)]),
    decoratedOverride: during(() => [sub.add(2), sub.add(2)]),
    key: during(() => [a.find({ id: 1, at: 5 }), a.find({ id: 1, at: 6 }), a.find({ id: 2, at: 7 })]),
    overloaded: during(() => [a.overloaded('1'), a.overloaded(1), a.overloaded('1')]),
    generic: during(() => [a.identity(1), a.identity('1'), a.identity(1)]),
    async: [await Promise.all([a.load(2), a.load(2), b.load(2)]), calls.filter((call) => call === 'load').length],
    names: [a.mul.name, a.pair.length, Object.keys(a)],
  };
}
`;

const EXPECTED = {
  instances: [
    [6, 30, 6, 30],
    ['mul', 'mul'],
  ],
  twoMethods: [[5, 6, 5], ['add']],
  secondArgument: [
    ['1/2', '1/3', '1/2', '1/2'],
    ['pair', 'pair', 'pair'],
  ],
  many: [
    [0, 5, 5, 0],
    ['many', 'many'],
  ],
  presets: [
    ['x', 'x', 'x', 'x', 'x', 'x'],
    ['features', 'regime', 'empty'],
  ],
  symbols: [[1, 1], ['symbol']],
  statics: [
    ['Base1', 'Sub1', 'Base1', 'Sub1'],
    ['static', 'static'],
  ],
  override: [[1006, 1006], ['mul']],
  decoratedOverride: [
    [1005, 1005],
    ['sub add', 'add'],
  ],
  key: [
    [5, 5, 7],
    ['find', 'find'],
  ],
  overloaded: [
    ['1', 1, '1'],
    ['overloaded', 'overloaded'],
  ],
  generic: [
    [1, '1', 1],
    ['identity', 'identity'],
  ],
  async: [[4, 4, 20], 2],
  names: ['mul', 2, ['factor']],
};

describe.each([
  ['standard', false],
  ['legacy', true],
])('decorators compiled as %s ones', (protocol, experimentalDecorators) => {
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(dirname(fileURLToPath(import.meta.url)), '.compiled-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  it('do all that the contract says', async () => {
    const { outputText } = ts.transpileModule(SOURCE, {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        experimentalDecorators,
        useDefineForClassFields: true,
      },
    });
    const path = join(directory, `${protocol}.mjs`);
    await writeFile(path, outputText);

    const { probe } = (await import(path)) as { probe: () => Promise<Record<string, unknown>> };

    expect(outputText).toContain(experimentalDecorators ? '__decorate' : '__esDecorate');
    expect(await probe()).toEqual(EXPECTED);
  });
});
