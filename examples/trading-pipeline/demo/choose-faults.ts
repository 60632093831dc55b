import type { CommonJob } from './make-job.js';
import { type Fault, type FaultKind } from '../faults/fault.js';
import { planFaults, readFaultKinds } from '../faults/plan.js';
import type { Playable } from '../recording/index.js';
import { UserError } from '../user-error.js';
import type { DemoOptions } from './options.js';

/** Faults after which a bot needs a later snapshot. */
const NEED_SNAPSHOTS: ReadonlySet<FaultKind> = new Set(['disconnect', 'gap', 'silence', '429']);

/**
 * Plans the faults that the user asked for; none when not asked.
 * @throws UserError when one is unknown, or cannot happen here.
 */
export function chooseFaults(recording: Playable, job: CommonJob, options: DemoOptions): readonly Fault[] {
  if (options.faults === undefined) return [];
  const isWhole = options.faults.trim() === 'all';
  const kinds = readFaultKinds(options.faults).filter((kind) => !isWhole || isPossible(kind, recording, options));
  for (const kind of kinds) checkPossible(kind, recording, options);
  const symbols = job.symbols.map(({ symbol }) => symbol);
  return planFaults(kinds, options.seed, { start: job.start, end: recording.end, bar: job.bar, symbols });
}

function isPossible(kind: FaultKind, { venue }: Playable, { database }: DemoOptions): boolean {
  if (kind === 'kill-database') return database !== undefined;
  if (kind === 'reasoning-down') return false;
  return venue === 'binance' || !NEED_SNAPSHOTS.has(kind);
}

function checkPossible(kind: FaultKind, recording: Playable, options: DemoOptions): void {
  if (isPossible(kind, recording, options)) return;
  if (kind === 'kill-database')
    throw new UserError('kill-database needs a server to cut off: name a Postgres with --database postgres://…');
  if (kind === 'reasoning-down')
    throw new UserError('reasoning-down has nothing to strike: this session asks for no reasoning');
  throw new UserError(`${kind} needs later order-book snapshots, which only Binance recordings allow`);
}
