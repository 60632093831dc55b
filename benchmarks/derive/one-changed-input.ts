import { Derivation } from 'tickwise/derive';
import type { Benchmark, Instance } from '../runner/contract.js';
import { changes, DERIVED, GROUP, leafOf, SYMBOLS, totalsAfter, totalsOf } from './support/graph.js';
import type { AlienModule, PreactModule } from './support/peers.js';

const GROUPS = SYMBOLS / GROUP;
const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const add = (...values: readonly number[]): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

/** Every node on its own, made one by one. */
function nodes(): Instance {
  const graph = new Derivation();
  const inputs = range(SYMBOLS).map((symbol) => graph.input(symbol));
  const leaves = inputs.map((input) => {
    const derived = range(DERIVED).map((d) => graph.computed([input], (value) => value * (d + 1)));
    return graph.computed(derived, (...values) => leafOf(add(...values)));
  });
  const totals = range(GROUPS).map((group) =>
    graph.computed(leaves.slice(group * GROUP, (group + 1) * GROUP), (...values) => add(...values)),
  );
  return changes(
    (symbol, value) => inputs[symbol]?.set(value),
    () => totals.map((total) => total.get()),
  );
}

/** The nodes of a symbol declared once, for all keys. */
function keyed(): Instance {
  const graph = new Derivation();
  const symbols = graph.keyed<number>();
  const input = symbols.input(0);
  const derived = range(DERIVED).map((d) => symbols.computed([input], (value) => value * (d + 1)));
  const leaf = symbols.computed(derived, (a, b, c, d, e, f, g, h, i, j) =>
    leafOf((a ?? 0) + (b ?? 0) + (c ?? 0) + (d ?? 0) + (e ?? 0) + (f ?? 0) + (g ?? 0) + (h ?? 0) + (i ?? 0) + (j ?? 0)),
  );
  for (const symbol of range(SYMBOLS)) symbols.add(symbol);
  for (const symbol of range(SYMBOLS)) input.set(symbol, symbol);
  const totals = range(GROUPS).map((group) =>
    leaf.collect(
      (values) => {
        let sum = 0;
        for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
        return sum;
      },
      { where: (symbol) => Math.floor(symbol / GROUP) === group },
    ),
  );
  return changes(
    (symbol, value) => input.set(symbol, value),
    () => totals.map((total) => total.get()),
  );
}

/** A library of signals: `make` its nodes, read and written by the closures given. */
function signals(
  source: (value: number) => { read: () => number; write: (value: number) => void },
  computed: (compute: () => number) => () => number,
  watch: (run: () => void) => void,
): Instance {
  const inputs = range(SYMBOLS).map(source);
  const leaves = inputs.map(({ read }) => {
    const derived = range(DERIVED).map((d) => computed(() => read() * (d + 1)));
    return computed(() => {
      let sum = 0;
      for (const each of derived) sum += each();
      return leafOf(sum);
    });
  });
  const totals = range(GROUPS).map((group) =>
    computed(() => {
      let sum = 0;
      for (let i = group * GROUP; i < (group + 1) * GROUP; i++) sum += leaves[i]?.() ?? 0;
      return sum;
    }),
  );
  // Their nodes are computed only while somebody watches.
  for (const total of totals) watch(() => void total());
  return changes(
    (symbol, value) => inputs[symbol]?.write(value),
    () => totals.map((total) => total()),
  );
}

/** The least: arrays, and code for this very graph. */
function byHand(): Instance {
  const values = Float64Array.from({ length: SYMBOLS }, (_, i) => i);
  const leaves = new Float64Array(SYMBOLS);
  const totals = new Float64Array(GROUPS);
  const change = (symbol: number, value: number): void => {
    values[symbol] = value;
    let sum = 0;
    for (let d = 1; d <= DERIVED; d++) sum += value * d;
    const leaf = leafOf(sum);
    const before = leaves[symbol] ?? 0;
    if (leaf === before) return;
    const group = Math.floor(symbol / GROUP);
    totals[group] = (totals[group] ?? 0) + leaf - before;
    leaves[symbol] = leaf;
  };
  return changes(change, () => [...totals]);
}

function everything(): Instance {
  const values = Float64Array.from({ length: SYMBOLS }, (_, i) => i);
  let totals = totalsOf(values);
  return changes(
    (symbol, value) => {
      values[symbol] = value;
      totals = totalsOf(values);
    },
    () => totals,
  );
}

export default {
  question: `how long until one changed input of ${SYMBOLS} symbols × ${DERIVED} nodes is known everywhere?`,
  headline: true,
  operation: 'change',
  checkOperations: 3 * SYMBOLS + 7,
  reference: totalsAfter,
  note: 'Each symbol has 10 nodes, a leaf that rounds their sum and mostly stays the same, and a total per 50 symbols.',
  contenders: [
    { name: 'Derivation.keyed', ours: true, setup: keyed },
    { name: 'Derivation.computed', ours: true, setup: nodes },
    {
      name: 'alien-signals',
      package: 'alien-signals',
      setup: ({ signal, computed, effect }: AlienModule) =>
        signals(
          (value) => {
            const node = signal(value);
            return { read: node, write: (next) => void node(next) };
          },
          computed,
          effect,
        ),
    },
    {
      name: '@preact/signals-core',
      package: '@preact/signals-core',
      setup: ({ signal, computed, effect }: PreactModule) =>
        signals(
          (value) => {
            const node = signal(value);
            return {
              read: () => node.value,
              write(next) {
                node.value = next;
              },
            };
          },
          (compute) => {
            const node = computed(compute);
            return () => node.value;
          },
          effect,
        ),
    },
    { name: 'everything computed again', setup: everything },
    { name: 'arrays by hand, for this graph only', floor: true, setup: byHand },
  ],
} satisfies Benchmark;
