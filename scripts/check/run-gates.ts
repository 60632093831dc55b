import pLimit from 'p-limit';
import type { CheckRun, Gate, Verdict } from './gate.js';

/** A gate's verdict with the time it took. */
export interface GateResult extends Verdict {
  readonly name: string;
  /** Milliseconds, without the wait for other gates. */
  readonly duration: number;
}

/** Told about each gate as it starts and ends. */
export interface Progress {
  started(name: string): void;
  ended(result: GateResult): void;
}

/** Gates at the same time: as many as the smallest machine we count on has cores. */
const LANES = 2;

/** Runs every gate after those it needs, and goes on when one fails. */
export function runGates(gates: readonly Gate[], run: CheckRun, progress: Progress): Promise<GateResult[]> {
  const lanes = pLimit(LANES);
  const results = new Map<string, Promise<GateResult>>();
  const start = async (gate: Gate): Promise<GateResult> => {
    const needed = await Promise.all((gate.needs ?? []).flatMap((name) => results.get(name) ?? []));
    const failed = needed.filter(({ isPassed }) => !isPassed).map(({ name }) => name);
    const result = failed.length > 0 ? unreached(gate, failed) : await lanes(() => timed(gate, run, progress));
    progress.ended(result);
    return result;
  };
  for (const gate of gates) results.set(gate.name, start(gate));
  return Promise.all(results.values());
}

async function timed(gate: Gate, run: CheckRun, progress: Progress): Promise<GateResult> {
  progress.started(gate.name);
  const begin = performance.now();
  const verdict = await gate.run(run).catch(crashed);
  return { ...verdict, name: gate.name, duration: performance.now() - begin };
}

function crashed(error: unknown): Verdict {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { isPassed: false, summary: 'could not run', details };
}

function unreached(gate: Gate, failed: readonly string[]): GateResult {
  return { name: gate.name, duration: 0, isPassed: false, summary: `not run: ${failed.join(', ')} failed` };
}
