import type { CommonJob } from './make-job.js';
import { type Fault, type FaultKind } from '../faults/fault.js';
import { planFaults, readFaultKinds } from '../faults/plan.js';
import type { Recording } from '../recording/index.js';
import { UserError } from '../user-error.js';
import type { DemoOptions } from './options.js';

/** Whether trades are explained and alerts sent: when the user asks for it, to go wrong or to be kept also. */
export function usesServices({ services, cache, faults }: DemoOptions): boolean {
  if (services || cache !== undefined) return true;
  return faults !== undefined && readFaultKinds(faults).includes('reasoning-down');
}

/**
 * Plans the faults that the user asked for; none when not asked.
 * @throws UserError when one is unknown, or cannot happen here.
 */
export function chooseFaults(recording: Recording, job: CommonJob, options: DemoOptions): readonly Fault[] {
  if (options.faults === undefined) return [];
  const isWhole = options.faults.trim() === 'all';
  const kinds = readFaultKinds(options.faults).filter((kind) => !isWhole || isPossible(kind, recording, options));
  for (const kind of kinds) checkPossible(kind, recording, options);
  const symbols = job.symbols.map(({ symbol }) => symbol);
  return planFaults(kinds, options.seed, { start: job.start, end: recording.end, bar: job.bar, symbols });
}

function isPossible(kind: FaultKind, { venue }: Recording, options: DemoOptions): boolean {
  if (kind === 'kill-database') return options.database !== undefined;
  return kind !== '429' || venue === 'binance' || usesServices(options);
}

function checkPossible(kind: FaultKind, recording: Recording, options: DemoOptions): void {
  if (isPossible(kind, recording, options)) return;
  if (kind === 'kill-database')
    throw new UserError('kill-database needs a server to cut off: name a Postgres with --database postgres://…');
  throw new UserError(
    '429 has nobody to refuse: only Binance has REST snapshots; --services adds others who are asked',
  );
}
