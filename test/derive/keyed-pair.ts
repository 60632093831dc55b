import {
  Derivation,
  type GraphNode,
  type InputNode,
  type KeyedInput,
  type KeyedNode,
  type KeyedNodes,
} from 'tickwise/derive';
import { expect } from 'vitest';
import {
  argumentsOf,
  isNear,
  KeyedModel,
  Lost,
  operate,
  type Operation,
  type Plan,
  type StepOutcome,
} from './keyed-model.js';

/** A random node before it is known which nodes there are. */
export interface RawPlan {
  readonly kind: Plan['kind'];
  /** Places in the list of nodes, the newest first. */
  readonly from: readonly number[];
  readonly operation: Operation;
  readonly flag: 0 | 1 | 2;
}

/** One change of a graph. */
export type Change =
  | { readonly do: 'set'; readonly input: number; readonly key: number; readonly value: number }
  | { readonly do: 'add' | 'remove'; readonly key: number }
  | { readonly do: 'declare' };

/** What a pass follows. */
export type Step = Change | { readonly do: 'batch'; readonly changes: readonly Change[] };

/** Turns random numbers into nodes that were declared before. */
function toPlan({ kind, from: places, operation, flag }: RawPlan, model: KeyedModel): Plan {
  const all = [...model.plans.keys()].toReversed();
  const keyed = all.filter((node) => model.isKeyed(node));
  const nodes = all.filter((node) => !model.isKeyed(node));
  const pick = (list: readonly number[]): number[] => places.flatMap((place) => list[place % list.length] ?? []);
  const [from] = pick(keyed);
  // The value of a node of the graph may be a text.
  const ofNode = operation === 'text' ? 'throws' : operation;
  if (kind === 'input' || kind === 'node') return { kind, isTolerant: flag === 0 };
  if (kind === 'collect' && from !== undefined)
    return { kind, from, parity: flag === 2 ? undefined : flag, operation: ofNode };
  if (kind === 'at' && from !== undefined) return { kind, from, key: flag };
  if (kind === 'single') return { kind, from: pick(nodes), operation: ofNode };
  return { kind: kind === 'tolerant' ? kind : 'keyed', from: pick(all), operation };
}

/** Whether each item of one list is in the other one, as often. */
function isPart(some: readonly string[], all: readonly string[]): boolean {
  const rest = [...all];
  return some.every((item) => {
    const index = rest.indexOf(item);
    rest.splice(index, 1);
    return index >= 0;
  });
}

/** A graph with one set of keyed nodes and its obvious twin, changed and compared side by side. */
export class KeyedPair {
  readonly #model: KeyedModel;
  readonly #graph: Derivation;
  readonly #symbols: KeyedNodes<number>;
  readonly #nodes: (KeyedNode<number> | GraphNode<number>)[] = [];
  readonly #waiting: RawPlan[];
  // What the last step did.
  readonly #calls = new Map<number, number>();
  readonly #told = new Map<number, Map<number, number>>();
  readonly #failed: string[] = [];
  #wrong: string[] = [];

  constructor(plans: readonly RawPlan[], declared: number, maxKeys: number) {
    this.#graph = new Derivation({ onError: (_, { node }) => void this.#failed.push(node) });
    this.#symbols = this.#graph.keyed<number>({ maxKeys });
    this.#model = new KeyedModel(maxKeys);
    this.#waiting = [...plans];
    for (let i = 0; i < declared; i++) this.run({ do: 'declare' });
  }

  /** Does the same to both and compares all there is to see. */
  run(step: Step): void {
    const start = this.#model.start();
    // A node that is declared outside a batch has its values before anybody can listen.
    const unheard = step.do === 'declare' ? this.#nodes.length : undefined;
    this.#calls.clear();
    this.#told.clear();
    this.#failed.length = 0;
    this.#wrong = [];
    if (step.do === 'batch') this.#graph.batch(() => step.changes.forEach((each) => this.#change(each)));
    else this.#change(step);
    const outcome = this.#model.settle(start);

    this.#compareValues();
    this.#compareStep(outcome, unheard);
    expect(this.#wrong).toEqual([]);
  }

  #change(change: Change): void {
    const model = this.#model;
    if (change.do === 'declare') return this.#declare();
    if (change.do === 'set') return this.#set(change.input, change.key, change.value);
    const { key } = change;
    if (change.do === 'remove') return this.#check('remove', this.#symbols.remove(key), model.remove(key));
    const isNew = model.add(key);
    if (isNew === undefined) expect(() => this.#symbols.add(key)).toThrow(/maxKeys is/);
    else this.#check('add', this.#symbols.add(key), isNew);
  }

  #set(place: number, key: number, value: number): void {
    const model = this.#model;
    const inputs = [...model.plans.keys()].filter((node) => /^(input|node)$/.test(model.plans[node]?.kind ?? ''));
    const index = inputs[place % inputs.length];
    if (index === undefined) return;
    const node = this.#nodes[index];
    // Its plan says what it is.
    if (!model.isKeyed(index)) (node as InputNode<number>).set(value);
    else if (model.keys.includes(key)) (node as KeyedInput<number>).set(key, value);
    else return expect(() => (node as KeyedInput<number>).set(key, value)).toThrow(/there is no key/);
    model.set(index, key, value);
  }

  #declare(): void {
    const raw = this.#waiting.shift();
    if (raw === undefined) return;
    const plan = toPlan(raw, this.#model);
    const index = this.#nodes.length;
    this.#model.declare(plan);
    const node = this.#make(plan, index);
    this.#nodes.push(node);
    if (!this.#model.isKeyed(index)) return;
    (node as KeyedNode<number>).onChange((key, value) => {
      const told = this.#told.get(index) ?? new Map<number, number>();
      if (told.has(key)) this.#wrong.push(`n${index} told of ${key} twice`);
      this.#told.set(index, told.set(key, value));
    });
  }

  #make(plan: Plan, index: number): KeyedNode<number> | GraphNode<number> {
    const name = `n${index}`;
    const isTolerant = plan.kind === 'tolerant' || ('isTolerant' in plan && plan.isTolerant);
    const options = isTolerant ? { name, equals: isNear } : { name };
    if ('isTolerant' in plan) return (plan.kind === 'input' ? this.#symbols : this.#graph).input(0, options);
    // Plans name nodes of the right kind.
    if (plan.kind === 'at') return (this.#nodes[plan.from] as KeyedNode<number>).at(plan.key);

    const call = (args: readonly number[]): number => {
      this.#calls.set(index, (this.#calls.get(index) ?? 0) + 1);
      return operate(plan.operation, args);
    };
    if (plan.kind === 'collect') {
      const { from, parity } = plan;
      const where = parity === undefined ? {} : { where: (key: number) => key % 2 === parity };
      const node = this.#nodes[from] as KeyedNode<number>;
      return node.collect((values, keys) => call(argumentsOf(values, keys)), { ...options, ...where });
    }
    const sources = plan.from.flatMap((from) => this.#nodes[from] ?? []);
    const compute = (...args: number[]): number => call(args);
    if (plan.kind === 'single') return this.#graph.computed(sources as GraphNode<number>[], compute, options);
    return this.#symbols.computed(sources, compute, options);
  }

  #compareValues(): void {
    const model = this.#model;
    this.#check('keys', [...this.#symbols.keys()].join(), model.keys.join());
    this.#check('size', this.#symbols.size, model.keys.length);
    for (const [index, node] of this.#nodes.entries())
      for (const key of model.isKeyed(index) ? model.keys : [0]) {
        const expected = model.read(index, key);
        const error: unknown = model.isKeyed(index)
          ? (node as KeyedNode<number>).error(key)
          : (node as GraphNode<number>).error;
        const where = `n${index} of ${key}`;
        this.#check(`error of ${where}`, messageOf(error), expected instanceof Lost ? expected.message : undefined);
        if (!(expected instanceof Lost)) this.#check(where, node.get(key), expected);
        else expect(() => node.get(key)).toThrow(`has no value: ${expected.by} threw`);
      }
  }

  #compareStep({ calls, told, failed }: StepOutcome, unheard: number | undefined): void {
    for (const [index, { least, most }] of calls) {
      const count = this.#calls.get(index) ?? 0;
      const isCounted = this.#model.plans[index]?.kind !== 'at';
      if (isCounted && (count < least || count > most))
        this.#wrong.push(`n${index}: ${count} calls, not ${least} to ${most}`);
      if (index === unheard) continue;
      const heard = this.#told.get(index) ?? new Map<number, number>();
      const expected = told.get(index) ?? new Map<number, number>();
      this.#check(`told of n${index}`, heard.size, expected.size);
      for (const [key, value] of expected) this.#check(`told of n${index}, ${key}`, heard.get(key), value);
    }
    this.#check('reports what failed', isPart(failed.due, this.#failed), true);
    this.#check('reports nothing else', isPart(this.#failed, failed.all), true);
  }

  /** Notes a difference. Calls of expect for each value would take most of the time. */
  #check(what: string, got: unknown, expected: unknown): void {
    if (!Object.is(got, expected)) this.#wrong.push(`${what}: ${String(got)}, not ${String(expected)}`);
  }
}

function messageOf(error: unknown): string | undefined {
  return error instanceof Error ? error.message : undefined;
}
