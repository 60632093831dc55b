// The process of one contender in one round: checks its answer, measures it, reports, ends.
import { inspect, isDeepStrictEqual } from 'node:util';
import type { Assignment, Outcome } from './contract.js';
import { loadBenchmark, loadPeer } from './load.js';
import { type Make, UNITS, use } from './units.js';

async function work({ file, contender: position, settings }: Assignment): Promise<Outcome> {
  const benchmark = await loadBenchmark(file);
  const contender = benchmark.contenders[position];
  if (contender === undefined) return { type: 'failed', reason: `no contender ${position}` };
  const module = await loadPeer(contender);
  const make: Make = () => contender.setup(module);
  const { checkOperations, unit = 'ns' } = benchmark;
  const got = await use(make, async (checked) => {
    await checked.run(checkOperations);
    return checked.answer();
  });
  const expected = benchmark.reference(checkOperations);
  if (!isDeepStrictEqual(got, expected)) return { type: 'refused', expected: brief(expected), got: brief(got) };
  return { type: 'measured', value: await UNITS[unit].measure(make, benchmark, settings) };
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
