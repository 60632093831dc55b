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

/** When a fault was, and whom it struck. */
export function whenOf({ kind, symbol, at, duration }: FaultLine): string {
  const whom = kind === 'gap' || kind === '429' ? ` of ${symbol}` : '';
  return `at ${at.toFixed(1)} s for ${(duration / 1_000).toFixed(1)} s${whom}`;
}

/** What a fault did, in words; `nothing` when it left no trace. */
export function damageText(damage: FaultDamage, duration: number): string {
  const { rowsLost, rowsDoubled, signalsOnWrongPrice, signalsMissing, heldMs } = damage;
  const parts = [
    count(rowsLost, 'row lost', 'rows lost'),
    count(rowsDoubled, 'row doubled', 'rows doubled'),
    count(signalsOnWrongPrice, 'signal on a wrong price', 'signals on a wrong price'),
    count(signalsMissing, 'signal not given', 'signals not given'),
    // A bot that is slower than its market falls behind.
    heldMs > duration ? `${seconds(heldMs - duration)} behind its market` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function count(number: number, one: string, many: string): string {
  if (number === 0) return '';
  return `${whole(number)} ${number === 1 ? one : many}`;
}
