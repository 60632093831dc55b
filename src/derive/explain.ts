import type { NodeExplanation, NodeState } from './node.js';
import { LOST, lossOf, type Spot } from './source.js';

/** Says why a value is as it is. `pass` is the number of the next pass. */
export function explainValue(pass: number, { holder, row }: Spot): NodeExplanation {
  const sources = holder.formula?.sources ?? [];
  const ranIn = holder.ranIn(row);
  const loss = lossOf({ holder, row });
  return {
    name: holder.label(row),
    state: stateOf(holder, row, ranIn),
    // What was set or made since the last pass is of the pass to come.
    passesAgo: ranIn === pass ? 0 : (pass - ranIn - 1) >>> 0,
    dependencies: sources.map(({ name }) => name),
    because: sources.filter((source) => source.changedIn(ranIn, row)).map(({ name }) => name),
    failedBy: loss?.by,
    error: loss?.error,
  };
}

function stateOf(holder: Spot['holder'], row: number, ranIn: number): NodeState {
  const { formula } = holder;
  if (holder.read(row) === LOST) {
    if (formula?.errors?.has(row) === true) return 'failed';
    return formula?.lostSpot(row) === undefined ? 'waiting' : 'blocked';
  }
  if (holder.changedIn(ranIn, row)) return 'changed';
  return holder.wasReached(row) ? 'cut off' : 'unreached';
}
