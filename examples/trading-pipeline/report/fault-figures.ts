import type { FaultDamage, FaultLine, FaultTotals } from './fault-report.js';
import { seconds, whole } from './figures.js';

/** One figure of how a version came through: what it is called, and how it reads. */
export type FaultFigure = readonly [name: string, read: (totals: FaultTotals) => string];

/** What tells how a version came through all faults. */
export const FAULT_FIGURES: readonly FaultFigure[] = [
  ['rows that it meant to store', ({ rowsMeant }) => whole(rowsMeant)],
  ['rows lost', ({ rowsLost }) => whole(rowsLost)],
  ['rows doubled', ({ rowsDoubled }) => whole(rowsDoubled)],
  ['signals on a wrong price', ({ signalsOnWrongPrice }) => whole(signalsOnWrongPrice)],
  ['signals not given', ({ signalsMissing }) => whole(signalsMissing)],
  ['trades that nobody could explain', ({ unexplained }) => whole(unexplained)],
  ['said that its price is stale', ({ staleMs }) => seconds(staleMs)],
  ['connections cut, and made again', ({ reconnects }) => whole(reconnects)],
  ['frames kept from it', ({ framesWithheld }) => whole(framesWithheld)],
  ['trades counted twice', ({ tradesDoubled }) => whole(tradesDoubled)],
  ['gaps noticed in books', ({ gaps }) => whole(gaps)],
  ['books made complete again', ({ recoveries }) => whole(recoveries)],
  ['books given up', ({ booksLost }) => whole(booksLost)],
  ['REST requests', ({ restRequests }) => whole(restRequests)],
  ['of these refused with 429', ({ restRefused }) => whole(restRefused)],
  ['failures noted', ({ failures }) => whole(failures)],
];

/** What a table of faults has to say of each version: one line for each. */
export const FAULT_HEAD = ['went wrong', 'version', 'rows lost', 'doubled', 'delayed', 'said stale', 'besides'];

/** A line of the table of faults for each version. */
export function faultCells(line: FaultLine): string[][] {
  const name = `${line.kind} ${whenOf(line)}`;
  return [
    [name, 'usual way', ...damageCells(line, line.naive)],
    [name, 'tickwise', ...damageCells(line, line.optimised)],
  ];
}

function damageCells({ duration, isVisible }: FaultLine, damage: FaultDamage): string[] {
  return [
    whole(damage.rowsLost),
    whole(damage.rowsDoubled),
    // A bot that is slower than its market falls behind.
    seconds(Math.max(0, damage.heldMs - duration)),
    seconds(damage.staleMs),
    besides(damage, isVisible),
  ];
}

/** When a fault was, and whom it struck. */
function whenOf({ kind, symbol, at, duration }: FaultLine): string {
  const whom = kind === 'gap' ? ` of ${symbol}` : '';
  return `at ${at.toFixed(1)} s for ${(duration / 1_000).toFixed(1)} s${whom}`;
}

function besides({ signalsOnWrongPrice, signalsMissing, unexplained }: FaultDamage, isVisible: boolean): string {
  const parts = [
    count(signalsOnWrongPrice, 'signal on a wrong price', 'signals on a wrong price'),
    count(signalsMissing, 'signal not given', 'signals not given'),
    count(unexplained, 'trade unexplained', 'trades unexplained'),
    isVisible ? '' : 'this venue shows nobody that updates are missing',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '–' : parts.join(', ');
}

function count(number: number, one: string, many: string): string {
  if (number === 0) return '';
  return `${whole(number)} ${number === 1 ? one : many}`;
}
