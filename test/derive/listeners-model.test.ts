import * as fc from 'fast-check';
import { Derivation } from 'tickwise/derive';
import { describe, expect, it } from 'vitest';

const INPUTS = 3;

/** What a listener does when it is told of a value: sets an input, or ends a listener, its own included. */
interface Reaction {
  readonly do: 'nothing' | 'set' | 'end';
  readonly pick: number;
  readonly shift: number;
}

interface Change {
  readonly input: number;
  readonly value: number;
}

const reaction: fc.Arbitrary<Reaction> = fc.record({
  do: fc.constantFrom('nothing', 'set', 'set', 'set', 'end'),
  pick: fc.nat(9),
  shift: fc.integer({ min: -2, max: 2 }),
});
const change: fc.Arbitrary<Change> = fc.record({ input: fc.nat(INPUTS - 1), value: fc.integer({ min: -3, max: 3 }) });
const listeners = fc.array(
  fc.record({ node: fc.nat(2 * INPUTS - 1), reactions: fc.array(reaction, { maxLength: 6, size: 'max' }) }),
  { minLength: 2, maxLength: 10, size: 'max' },
);
const batches = fc.array(fc.array(change, { maxLength: 6, size: 'max' }), { maxLength: 20, size: 'max' });

/** Plays batches to inputs and sums of neighbours, keyed or not, and returns what each listener heard. */
function play(isKeyed: boolean, plans: readonly Plan[], steps: readonly (readonly Change[])[]) {
  const graph = new Derivation();
  const { nodes, set } = isKeyed ? keyed(graph) : single(graph);
  const seats = plans.map((): Seat => ({ heard: [], isThere: true, handle: undefined }));
  const react = (to: Reaction | undefined, value: number): void => {
    if (to?.do === 'set') set(to.pick % INPUTS, (value + to.shift) % 4);
    if (to?.do !== 'end') return;
    const other = seats[to.pick % seats.length];
    if (other === undefined) return;
    other.isThere = false;
    other.handle?.[Symbol.dispose]();
  };
  for (const [i, { node, reactions }] of plans.entries()) {
    const seat = seats[i];
    if (seat === undefined) continue;
    // Each reaction once, so that the passes come to an end.
    const left = [...reactions];
    seat.handle = nodes[node]?.listen((value) => {
      expect(seat.isThere).toBe(true);
      seat.heard.push(value);
      react(left.shift(), value);
    });
  }
  const before = nodes.map((node) => node.get());
  for (const step of steps) graph.batch(() => step.forEach(({ input, value }) => set(input, value)));
  return { seats, before, after: nodes.map((node) => node.get()), failures: graph.stats().failures };
}

interface Plan {
  readonly node: number;
  readonly reactions: readonly Reaction[];
}

interface Seat {
  readonly heard: number[];
  isThere: boolean;
  handle: Disposable | undefined;
}

interface Watched {
  readonly get: () => number;
  readonly listen: (listener: (value: number) => void) => Disposable;
}

function single(graph: Derivation): { nodes: Watched[]; set: (input: number, value: number) => void } {
  const inputs = Array.from({ length: INPUTS }, () => graph.input(0));
  const sums = inputs.map((input, i) => graph.computed([input, inputs[(i + 1) % INPUTS] ?? input], (a, b) => a + b));
  const nodes = [...inputs, ...sums].map((node) => ({
    get: () => node.get(),
    listen: (listener: (value: number) => void) => node.onChange(listener),
  }));
  return { nodes, set: (input, value) => inputs[input]?.set(value) };
}

function keyed(graph: Derivation): { nodes: Watched[]; set: (input: number, value: number) => void } {
  const symbols = graph.keyed();
  const inputs = Array.from({ length: INPUTS }, () => symbols.input(0));
  const sums = inputs.map((input, i) => symbols.computed([input, inputs[(i + 1) % INPUTS] ?? input], (a, b) => a + b));
  symbols.add('BTC');
  const nodes = [...inputs, ...sums].map((node) => ({
    get: () => node.get('BTC'),
    listen: (listener: (value: number) => void) => node.onChange((_key, value) => listener(value)),
  }));
  return { nodes, set: (input, value) => inputs[input]?.set('BTC', value) };
}

describe('listeners that set inputs and end listeners', () => {
  it.each([
    ['of single nodes', false],
    ['of keyed nodes', true],
  ])('%s hear each change once and end with the value there is', (_name, isKeyed) => {
    fc.assert(
      fc.property(listeners, batches, (plans, steps) => {
        const { seats, before, after, failures } = play(isKeyed, plans, steps);

        expect(failures).toBe(0);
        for (const [i, { heard, isThere }] of seats.entries()) {
          const node = plans[i]?.node ?? 0;
          const told = [before[node], ...heard];
          expect(told.filter((value, at) => at > 0 && Object.is(value, told[at - 1]))).toEqual([]);
          if (isThere) expect(told.at(-1)).toBe(after[node]);
          // All listeners of a node hear the same; who ended early, the beginning of it.
          for (const [other, seat] of seats.entries())
            if (plans[other]?.node === node && seat.isThere) expect(seat.heard.slice(0, heard.length)).toEqual(heard);
        }
      }),
    );
  });
});
