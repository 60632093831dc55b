import { inspect } from 'node:util';

/** What a function of a random graph does with its arguments. */
export type Operation = 'sum' | 'coarse' | 'odd' | 'throws' | 'text' | 'promise';

/** One node of a random graph. Numbers in `from` stand for nodes declared before it. */
export type Plan =
  | { readonly kind: 'input' | 'node'; readonly isTolerant: boolean }
  | { readonly kind: 'keyed' | 'single'; readonly from: readonly number[]; readonly operation: Operation }
  | { readonly kind: 'tolerant'; readonly from: readonly number[]; readonly operation: Operation }
  | {
      readonly kind: 'collect';
      readonly from: number;
      readonly parity: 0 | 1 | undefined;
      readonly operation: Operation;
    }
  | { readonly kind: 'at'; readonly from: number; readonly key: number };

/** A value that is not there: what was thrown, and where. */
export class Lost {
  constructor(
    readonly by: string,
    readonly message: string,
  ) {}
}

/** Least and most calls of a function in one step. Most is more when an input was set and set back. */
export interface Calls {
  least: number;
  most: number;
}

/** What one step did. */
export interface StepOutcome {
  /** Calls by node. */
  readonly calls: Map<number, Calls>;
  /** What the listeners of keyed nodes are told, by node and key. */
  readonly told: Map<number, Map<number, number>>;
  /** Names of the values whose function threw, by whether the call was due for sure. */
  readonly failed: { readonly due: string[]; readonly all: string[] };
}

/** What there was before a step. */
export interface Start {
  readonly values: ReadonlyMap<string, number | Lost>;
  readonly keys: readonly number[];
}

const ODDITIES = [Number.NaN, -0, 0, Infinity, -Infinity];

/** The functions of random graphs. What they do follows from their arguments alone. */
export function operate(operation: Operation, args: readonly number[]): number {
  // One weight per place, so that the order counts.
  const sum = args.reduce((total, value, i) => total + value * (i + 1), 1);
  const rest = Math.abs(sum) % 5;
  if (operation === 'coarse') return Math.round(sum / 4);
  if (operation === 'odd') return ODDITIES[rest] ?? sum;
  if (rest !== 2) return sum;
  if (operation === 'throws') throw new RangeError(`two is left of ${args.join()}`);
  // Hostile answers, which the types of the public functions would refuse.
  if (operation === 'text') return 'text' as unknown as number;
  if (operation === 'promise') return Promise.resolve(1) as unknown as number;
  return sum;
}

/** An equality with a tolerance, under which every value equals itself. */
export function isNear(before: number, after: number): boolean {
  return Object.is(before, after) || Math.abs(after - before) < 3;
}

/** The values of a collect and their keys as one list of arguments. */
export function argumentsOf(values: Iterable<number>, keys: readonly number[]): number[] {
  return [...values].map((value, i) => value + (keys[i] ?? Number.NaN));
}

/** The obvious twin of a graph with keyed nodes: it computes every value of every key anew after each step. */
export class KeyedModel {
  readonly plans: Plan[] = [];
  readonly keys: number[] = [];
  readonly #values = new Map<string, number | Lost>();
  readonly #maxKeys: number;
  /** Inputs that took a value in this step, and the one they had before. */
  readonly #touched = new Map<string, number | Lost | undefined>();
  /** Keys that came or went in this step. */
  readonly #moved = new Set<number>();
  /** Whether one of them did both. */
  #isBack = false;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  /** Whether a node has a value per key. */
  isKeyed(node: number): boolean {
    const kind = this.plans[node]?.kind;
    return kind === 'input' || kind === 'keyed' || kind === 'tolerant';
  }

  declare(plan: Plan): void {
    const node = this.plans.push(plan) - 1;
    if (plan.kind === 'node') this.#values.set(this.cell(node, 0), 0);
    if (plan.kind === 'input') for (const key of this.keys) this.#values.set(this.cell(node, key), 0);
  }

  /** Whether the key is new; undefined when there is no room. */
  add(key: number): boolean | undefined {
    if (this.keys.includes(key)) return false;
    if (this.keys.length === this.#maxKeys) return undefined;
    this.keys.push(key);
    this.#move(key);
    for (const [node, { kind }] of this.plans.entries())
      if (kind === 'input') this.#values.set(this.cell(node, key), 0);
    return true;
  }

  remove(key: number): boolean {
    const index = this.keys.indexOf(key);
    if (index < 0) return false;
    this.keys.splice(index, 1);
    this.#move(key);
    for (const node of this.plans.keys()) {
      if (!this.isKeyed(node)) continue;
      this.#values.delete(this.cell(node, key));
      this.#touched.delete(this.cell(node, key));
    }
    return true;
  }

  set(node: number, key: number, value: number): void {
    const plan = this.plans[node];
    const cell = this.cell(node, key);
    const before = this.#values.get(cell);
    const isTolerant = plan !== undefined && 'isTolerant' in plan && plan.isTolerant;
    if (typeof before === 'number' && (isTolerant ? isNear(before, value) : Object.is(before, value))) return;
    this.#values.set(cell, value);
    if (!this.#touched.has(cell)) this.#touched.set(cell, before);
  }

  read(node: number, key: number): number | Lost | undefined {
    return this.#values.get(this.cell(node, key));
  }

  /** Name of a value: of a node of the graph, or of a keyed one for a key. */
  label(node: number, key: number): string {
    const plan = this.plans[node];
    if (plan?.kind === 'at') return `n${plan.from} of ${inspect(plan.key)}`;
    return this.isKeyed(node) ? `n${node} of ${inspect(key)}` : `n${node}`;
  }

  /** What there is now. */
  start(): Start {
    return { values: new Map(this.#values), keys: [...this.keys] };
  }

  /** Computes everything anew, and what changed since the start of the step. */
  settle(start: Start): StepOutcome {
    const outcome: StepOutcome = { calls: new Map(), told: new Map(), failed: { due: [], all: [] } };
    for (const [node, plan] of this.plans.entries()) {
      outcome.calls.set(node, { least: 0, most: 0 });
      outcome.told.set(node, new Map());
      for (const key of this.isKeyed(node) ? this.keys : [0]) this.#compute(plan, node, key, start, outcome);
    }
    this.#touched.clear();
    this.#moved.clear();
    this.#isBack = false;
    return outcome;
  }

  /** Where a value is kept. */
  cell(node: number, key: number): string {
    return this.isKeyed(node) ? `${node}/${key}` : `${node}`;
  }

  #move(key: number): void {
    if (this.#moved.has(key)) this.#isBack = true;
    this.#moved.add(key);
  }

  /** Whether an input was set, and not set back. */
  #hasMoved(cell: string): boolean {
    return this.#touched.has(cell) && isChange(this.#touched.get(cell), this.#values.get(cell));
  }

  #compute(plan: Plan, node: number, key: number, start: Start, outcome: StepOutcome): void {
    const cell = this.cell(node, key);
    const old = this.#values.get(cell);
    const isInput = 'isTolerant' in plan;
    const value = isInput ? old : this.#evaluate(plan, node, key, old);
    if (value === undefined) return;
    this.#values.set(cell, value);
    const isTold = isInput ? this.#hasMoved(cell) : isChange(old, value);
    if (isTold && typeof value === 'number' && this.isKeyed(node)) outcome.told.get(node)?.set(key, value);
    if (isInput) return;

    const { due, possible } = this.#callsOf(plan, key, old, start);
    const calls = outcome.calls.get(node);
    if (calls !== undefined) calls.least += due;
    if (calls !== undefined) calls.most += possible;
    const label = this.label(node, key);
    if (!(value instanceof Lost) || value.by !== label) return;
    if (due > 0) outcome.failed.due.push(label);
    if (possible > 0) outcome.failed.all.push(label);
  }

  /** How often the function of a value is called: exactly once when a value it needs is another one. */
  #callsOf(plan: Plan, key: number, old: unknown, start: Start): { due: number; possible: number } {
    const needs = this.#needs(plan, key);
    if (!needs.every((need) => typeof this.#values.get(need) === 'number')) return { due: 0, possible: 0 };
    const isDue =
      old === undefined ||
      needs.some((need) => isChange(start.values.get(need), this.#values.get(need))) ||
      (isOverKeys(plan) && this.#membersOf(plan, start.keys).join() !== this.#membersOf(plan, this.keys).join());
    // The value that was set may have been set back, and the key that came may have gone before.
    const isTouched = needs.some((need) => this.#touched.has(need)) || (isOverKeys(plan) && this.#isBack);
    return { due: isDue ? 1 : 0, possible: isDue || isTouched ? 1 : 0 };
  }

  /** What the function of a node makes of the values it needs; the one before when it is near enough. */
  #evaluate(plan: Plan, node: number, key: number, old: number | Lost | undefined): number | Lost {
    const args: number[] = [];
    for (const need of this.#needs(plan, key)) {
      const value = this.#values.get(need);
      if (value === undefined) throw new Error(`the model has no value for ${need}`);
      if (value instanceof Lost) return value;
      args.push(value);
    }
    const value = this.#call(plan, args, this.label(node, key));
    const isKept =
      plan.kind === 'tolerant' && typeof old === 'number' && typeof value === 'number' && isNear(old, value);
    return isKept ? old : value;
  }

  #call(plan: Plan, args: readonly number[], label: string): number | Lost {
    if (plan.kind === 'at') return args[0] ?? new Lost(label, `there is no key ${inspect(plan.key)}`);
    if ('isTolerant' in plan) return Number.NaN;
    const given = plan.kind === 'collect' ? argumentsOf(args, this.#membersOf(plan, this.keys)) : args;
    try {
      const value: unknown = operate(plan.operation, given);
      if (typeof value === 'number') return value;
      if (value instanceof Promise) return new Lost(label, 'a compute function must return its value, got a promise');
      return new Lost(label, `a keyed node holds numbers, got 'text'`);
    } catch (error) {
      return new Lost(label, error instanceof Error ? error.message : 'thrown');
    }
  }

  #needs(plan: Plan, key: number): string[] {
    if ('isTolerant' in plan) return [];
    if (plan.kind === 'collect' || plan.kind === 'at')
      return this.#membersOf(plan, this.keys).map((member) => this.cell(plan.from, member));
    return plan.from.map((from) => this.cell(from, key));
  }

  #membersOf(plan: Plan, keys: readonly number[]): number[] {
    return keys.filter((key) => takesPart(plan, key));
  }
}

function takesPart(plan: Plan, key: number): boolean {
  if (plan.kind === 'at') return key === plan.key;
  return plan.kind !== 'collect' || plan.parity === undefined || key % 2 === plan.parity;
}

function isOverKeys({ kind }: Plan): boolean {
  return kind === 'collect' || kind === 'at';
}

/** Whether a value came, went, or is another one. A lost value that is lost for another reason is the same. */
function isChange(before: unknown, after: unknown): boolean {
  if (before instanceof Lost && after instanceof Lost) return false;
  return !Object.is(before, after);
}
