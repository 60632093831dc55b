import { Random } from '../synthetic/random.js';
import { UserError } from '../user-error.js';
import { FAULT_KINDS, type Fault, type FaultKind } from './fault.js';

/** The session that faults are planned for. */
export interface FaultedSession {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  /** Length of a bar in milliseconds. */
  readonly bar: number;
  readonly symbols: readonly string[];
}

/** Faults begin once the models have warmed up, and end early enough to be recovered from. */
const FIRST = 0.5;
const LAST = 0.95;

/** Longest fault in milliseconds of market time. */
const LONGEST = 2_000;

/** Bars that one fault and the quiet after it need at least. */
const SHORTEST_SLOT = 20;

/** Most faults of a kind in a long session, and the market time between two of a kind that is aimed at. */
const MOST_ROUNDS = 10;
const ROUND = 30_000;

/**
 * Plans when what goes wrong: one fault at a time, in an order and at moments that only the seed decides.
 * @throws UserError when the session is too short.
 */
export function planFaults(kinds: readonly FaultKind[], seed: number, session: FaultedSession): readonly Fault[] {
  if (kinds.length === 0) return [];
  const random = new Random(seed, 'faults');
  const first = session.start + (session.end - session.start) * FIRST;
  const span = (session.end - session.start) * (LAST - FIRST);
  const rounds = Math.min(MOST_ROUNDS, Math.max(1, Math.floor(span / ROUND)));
  const slot = span / (kinds.length * rounds);
  if (slot < SHORTEST_SLOT * session.bar) {
    throw new UserError(
      `the session is too short for ${kinds.length} faults: it lasts ${whole(session)} seconds; ` +
        'fewer faults fit, or shorter bars (--bar)',
    );
  }
  const order = Array.from({ length: rounds }, () => shuffled(kinds, random)).flat();
  return order.map((kind, index) => faultIn(kind, first + index * slot, slot, session, random));
}

/** Reads a list as the command line gives it. @throws UserError that names what is unknown. */
export function readFaultKinds(text: string): readonly FaultKind[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  if (names.includes('all')) return FAULT_KINDS;
  return names.map((name) => {
    const kind = FAULT_KINDS.find((known) => known === name);
    if (kind === undefined) throw new UserError(`there is no fault "${name}"; there are ${FAULT_KINDS.join(', ')}`);
    return kind;
  });
}

/** A fault takes up to half of its slot: the rest shows the recovery. */
function faultIn(kind: FaultKind, begin: number, slot: number, session: FaultedSession, random: Random): Fault {
  const { bar, symbols } = session;
  const duration = Math.min(LONGEST, slot / 2);
  const start = begin + random.uniform() * slot * 0.1;
  const from = Math.ceil(start / bar) * bar;
  const to = Math.floor((start + duration) / bar) * bar;
  return { kind, from, to, symbol: symbols[random.integer(0, symbols.length - 1)] ?? '' };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(random.integer(0, left.length - 1), 1));
}

function whole({ start, end }: FaultedSession): string {
  return ((end - start) / 1_000).toFixed(0);
}
