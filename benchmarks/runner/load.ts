import { pathToFileURL } from 'node:url';
import type { Benchmark } from './contract.js';

/** Imports a compiled benchmark and checks that it can be run. */
export async function loadBenchmark(file: string): Promise<Benchmark> {
  const module: unknown = await import(pathToFileURL(file).href);
  const benchmark = property(module, 'default');
  const problem = problemOf(benchmark);
  if (problem !== undefined) throw new Error(`${file}: ${problem}`);
  // Checked on the line before, as far as JavaScript can.
  return benchmark as Benchmark;
}

function problemOf(benchmark: unknown): string | undefined {
  const contenders = property(benchmark, 'contenders');
  if (typeof property(benchmark, 'question') !== 'string') return 'the default export needs a question';
  if (typeof property(benchmark, 'reference') !== 'function') return 'the default export needs a reference';
  if (!Array.isArray(contenders) || contenders.length === 0) return 'the default export needs contenders';
  const names = contenders.map((contender) => property(contender, 'name'));
  return new Set(names).size === names.length ? undefined : 'two contenders have the same name';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
