// The process of one contender in one round: checks its answer, measures it, reports, ends.
import { inspect, isDeepStrictEqual } from 'node:util';
import type { Assignment, Contender, Outcome } from './contract.js';
import { loadBenchmark } from './load.js';
import { measureBytes, measureTime } from './measure.js';

async function work({ file, contender: position, settings }: Assignment): Promise<Outcome> {
  const benchmark = await loadBenchmark(file);
  const contender = benchmark.contenders[position];
  if (contender === undefined) return { type: 'failed', reason: `no contender ${position}` };
  const make = await factory(contender);
  const checked = await make();
  checked.run(benchmark.checkOperations);
  const got = checked.answer();
  const expected = benchmark.reference(benchmark.checkOperations);
  if (!isDeepStrictEqual(got, expected)) return { type: 'refused', expected: brief(expected), got: brief(got) };
  const value = benchmark.unit === 'bytes' ? await measureBytes(make, benchmark) : measureTime(await make(), settings);
  return { type: 'measured', value };
}

async function factory(contender: Contender): Promise<() => ReturnType<Contender['setup']>> {
  const module: unknown = contender.package === undefined ? undefined : await import(contender.package);
  return () => contender.setup(module);
}

function brief(answer: unknown): string {
  return inspect(answer, { breakLength: Infinity, maxArrayLength: 8, maxStringLength: 200 });
}

function report(outcome: Outcome): void {
  process.send?.(outcome, () => process.exit());
}

// The runner is gone: nobody waits for the result.
process.once('disconnect', () => process.exit());
try {
  // Written by the runner, which starts this file.
  report(await work(JSON.parse(process.argv[2] ?? '') as Assignment));
} catch (error) {
  report({ type: 'failed', reason: error instanceof Error ? `${error.name}: ${error.message}` : inspect(error) });
}
