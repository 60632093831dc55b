import { ArgumentError } from '../core/errors.js';
import type { Propagation, Step } from './propagation.js';

/** Names at each end of a way round that an error tells; it may be 100 000 nodes long. */
const NAMES_SHOWN = 4;

/** A step and what depends on it. */
export interface LinkedStep extends Step {
  /** Name in errors. */
  readonly name: string;
  /** Steps that depend on it. */
  above(): readonly LinkedStep[];
  /** Least height above what it depends on. */
  leastHeight(): number;
}

/**
 * All steps that depend on `start`, itself included, each after those it depends on.
 *
 * @throws ArgumentError when `start` is to depend on one of them.
 */
export function stepsAbove(start: LinkedStep, sources: ReadonlySet<unknown>): LinkedStep[] {
  const done: LinkedStep[] = [];
  const seen = new Set<LinkedStep>();
  // A list instead of recursion: chains may be as long as memory allows.
  const path: { readonly step: LinkedStep; readonly left: LinkedStep[] }[] = [];
  const enter = (step: LinkedStep): void => {
    if (seen.has(step)) return;
    seen.add(step);
    path.push({ step, left: [...step.above()] });
    if (!sources.has(step)) return;
    const way = [...path.map((entry) => entry.step), start];
    throw new ArgumentError(`Derivation: ${start.name} would depend on itself: ${namesOf(way)}`);
  };
  enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = top.left.pop();
    if (next !== undefined) enter(next);
    else {
      done.push(top.step);
      path.pop();
    }
  }
  return done.toReversed();
}

/** Gives steps their heights anew, in the order of {@link stepsAbove}. */
export function raise(propagation: Propagation, steps: readonly LinkedStep[]): void {
  for (const step of steps) {
    const height = step.leastHeight();
    if (height === step.height) continue;
    step.height = height;
    if (step.isQueued) propagation.isDisordered = true;
  }
}

function namesOf(way: readonly LinkedStep[]): string {
  const names = (steps: readonly LinkedStep[]): string[] => steps.map(({ name }) => name);
  const left = way.length - 2 * NAMES_SHOWN;
  if (left <= 1) return names(way).join(' → ');
  const ends = [...names(way.slice(0, NAMES_SHOWN)), `(${left} more)`, ...names(way.slice(-NAMES_SHOWN))];
  return ends.join(' → ');
}
