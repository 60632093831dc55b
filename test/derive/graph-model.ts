import { type ComputedNode, Derivation, type GraphNode, type InputNode } from 'tickwise/derive';
import { expect } from 'vitest';

/** A function over the values of nodes: few results, so that many are the same, and some that throw. */
export interface Recipe {
  readonly weights: readonly number[];
  readonly modulus: number;
  /** The result that is thrown instead. */
  readonly failsAt: number;
}

/** Something done to a graph. Nodes are picked by number, round and round among those there are. */
export type GraphStep =
  | { readonly do: 'set'; readonly pick: number; readonly value: number }
  | { readonly do: 'input'; readonly value: number; readonly isTolerant: boolean }
  | {
      readonly do: 'computed';
      readonly picks: readonly number[];
      readonly recipe: Recipe;
      readonly isTolerant: boolean;
    }
  | { readonly do: 'rewire'; readonly pick: number; readonly picks: readonly number[]; readonly recipe: Recipe }
  | { readonly do: 'dispose'; readonly pick: number }
  | { readonly do: 'batch'; readonly steps: readonly GraphStep[]; readonly fails: boolean };

/** A node, and what is known of it without the graph. */
interface Twin {
  readonly id: number;
  readonly isTolerant: boolean;
  /** One of the two. */
  input: InputNode<number> | undefined;
  computed: ComputedNode<number> | undefined;
  sources: readonly Twin[];
  recipe: Recipe;
  /** Its value now, or the text of the error that costs it. */
  value: number | string;
  /** Its value after the last pass. */
  before: number | string;
  /** Made, rewired or set since the last pass. */
  isDirty: boolean;
  /** Times its function ran since the last pass. */
  runs: number;
  /** What its listener heard since the last pass. */
  heard: number[];
  /** Its listener has not been there for a pass. */
  isDeaf: boolean;
}

const WAITING = 'waiting';

function isSame(before: number, after: number, isTolerant: boolean): boolean {
  return Object.is(before, after) || (isTolerant && Math.abs(before - after) <= 1);
}

function cook({ weights, modulus, failsAt }: Recipe, id: number, values: readonly number[]): number {
  const result = values.reduce((sum, value, i) => sum + value * (weights[i] ?? 1), 0) % modulus;
  if (result === failsAt) throw new RangeError(`node ${id} is ${result}`);
  return result;
}

/** A graph beside a list of nodes that are all computed anew after each step, in the order of their making. */
export class GraphTwin {
  readonly #reports: unknown[] = [];
  readonly #graph = new Derivation({ onError: (error) => void this.#reports.push(error) });
  #twins: Twin[] = [];
  #made = 0;
  #calls = 0;
  #isBatching = false;

  /** Does the same to both, and compares. */
  apply(step: GraphStep): void {
    const reported = this.#reports.length;
    this.#do(step);
    const failures = this.#recompute();
    expect(
      this.#reports
        .slice(reported)
        .map((error) => (error as Error).message)
        .toSorted(),
    ).toEqual(failures.toSorted());
    this.#compareCounts();
    for (const twin of this.#twins) {
      twin.before = twin.value;
      twin.isDirty = false;
      twin.runs = 0;
      twin.heard = [];
      twin.isDeaf = false;
    }
  }

  #do(step: GraphStep): void {
    switch (step.do) {
      case 'set': {
        const inputs = this.#twins.filter(({ input }) => input !== undefined);
        const twin = inputs[step.pick % inputs.length];
        return twin && this.#set(twin, step.value);
      }
      case 'input':
        return this.#addInput(step.value, step.isTolerant);
      case 'computed':
        return this.#addComputed(this.#pick(step.picks), step.recipe, step.isTolerant);
      case 'rewire': {
        const computed = this.#twins.filter((twin) => twin.computed !== undefined);
        const twin = computed[step.pick % computed.length];
        return twin && this.#rewire(twin, this.#pick(step.picks), step.recipe);
      }
      case 'dispose': {
        const twin = this.#twins[step.pick % this.#twins.length];
        return twin && this.#dispose(twin);
      }
      case 'batch':
        return this.#batch(step.steps, step.fails);
    }
  }

  #pick(picks: readonly number[]): Twin[] {
    return picks.flatMap((pick) => this.#twins[pick % this.#twins.length] ?? []);
  }

  #set(twin: Twin, value: number): void {
    const { input, isTolerant } = twin;
    input?.set(value);
    // The value of an input is a number at all times.
    if (isSame(twin.value as number, value, isTolerant)) return;
    twin.value = value;
    twin.isDirty = true;
  }

  #addInput(value: number, isTolerant: boolean): void {
    const twin = this.#newTwin(value, isTolerant);
    twin.input = this.#graph.input(value, optionsOf(isTolerant));
    this.#listen(twin, twin.input);
  }

  #addComputed(sources: readonly Twin[], recipe: Recipe, isTolerant: boolean): void {
    const twin = this.#newTwin(WAITING, isTolerant);
    twin.sources = sources;
    twin.recipe = recipe;
    twin.isDirty = true;
    twin.computed = this.#graph.computed(sources.map(nodeOf), this.#compute(twin, recipe), optionsOf(isTolerant));
    if (this.#isBatching) expect(() => nodeOf(twin).get()).toThrow(/has no value/);
    this.#listen(twin, twin.computed);
  }

  #rewire(twin: Twin, sources: readonly Twin[], recipe: Recipe): void {
    const rewire = () => twin.computed?.rewire(sources.map(nodeOf), this.#compute(twin, recipe));
    if (sources.some((source) => dependsOn(source, twin))) {
      expect(rewire).toThrow(new RegExp(`computed ${twin.id} would depend on itself: computed ${twin.id} →`));
      return;
    }
    rewire();
    twin.sources = sources;
    twin.recipe = recipe;
    twin.isDirty = true;
  }

  #dispose(twin: Twin): void {
    const node = nodeOf(twin);
    if (this.#twins.some(({ sources }) => sources.includes(twin))) {
      expect(() => node.dispose()).toThrow(/cannot be disposed of: .* needs it/);
      return;
    }
    node.dispose();
    expect(() => node.get()).toThrow(/was disposed of/);
    expect([twin.runs, twin.heard]).toEqual([0, []]);
    this.#twins = this.#twins.filter((other) => other !== twin);
  }

  #batch(steps: readonly GraphStep[], fails: boolean): void {
    const wasBatching = this.#isBatching;
    const run = () =>
      this.#graph.batch(() => {
        this.#isBatching = true;
        for (const step of steps) {
          this.#do(step);
          this.#compareHeld();
        }
        this.#isBatching = wasBatching;
        if (fails) throw new RangeError('the end of a batch');
      });
    if (fails) expect(run).toThrow(/^the end of a batch$/);
    else run();
  }

  #newTwin(value: number | string, isTolerant: boolean): Twin {
    const twin: Twin = {
      id: ++this.#made,
      isTolerant,
      input: undefined,
      computed: undefined,
      sources: [],
      recipe: { weights: [], modulus: 1, failsAt: Number.NaN },
      value,
      before: value,
      isDirty: false,
      runs: 0,
      heard: [],
      isDeaf: !this.#isBatching,
    };
    this.#twins.push(twin);
    return twin;
  }

  #listen(twin: Twin, node: GraphNode<number>): void {
    node.onChange((value) => {
      twin.heard.push(value);
      // All nodes are up to date when listeners hear.
      expect(node.get()).toBe(value);
    });
  }

  #compute(twin: Twin, recipe: Recipe): (...values: number[]) => number {
    return (...values) => {
      twin.runs++;
      this.#calls++;
      return cook(recipe, twin.id, values);
    };
  }

  /** In a batch inputs have their new values, and computed nodes those of the last pass. */
  #compareHeld(): void {
    for (const { input, computed, before, value, runs, heard } of this.#twins) {
      if (input !== undefined) expect(input.get()).toBe(value);
      else if (typeof before === 'number') expect(computed?.get()).toBe(before);
      expect([runs, heard]).toEqual([0, []]);
    }
  }

  /** Computes everything anew and compares it with the graph. Returns what must have been reported. */
  #recompute(): string[] {
    const done = new Set<Twin>();
    const failures: string[] = [];
    const visit = (twin: Twin): void => {
      if (done.has(twin)) return;
      done.add(twin);
      for (const source of twin.sources) visit(source);
      if (twin.computed !== undefined) this.#recomputeOne(twin, failures);
      this.#compare(twin);
    };
    for (const twin of this.#twins) visit(twin);
    return failures;
  }

  #recomputeOne(twin: Twin, failures: string[]): void {
    const { sources, recipe, id, before, isTolerant } = twin;
    const values = sources.map(({ value }) => value);
    const lost = values.find((value) => typeof value === 'string');
    const mayRun = twin.isDirty || sources.some((source) => source.isDirty || hasChanged(source));
    const mustRun = (twin.isDirty || sources.some(hasChanged)) && lost === undefined;
    expect(twin.runs).toBeLessThanOrEqual(mayRun && lost === undefined ? 1 : 0);
    if (mustRun) expect(twin.runs).toBe(1);
    try {
      // There is no text among them, or it is not called.
      const value = lost ?? cook(recipe, id, values as number[]);
      const isKept = typeof value === 'number' && typeof before === 'number' && isSame(before, value, isTolerant);
      twin.value = isKept ? before : value;
    } catch (error) {
      twin.value = (error as Error).message;
      if (twin.runs === 1) failures.push(twin.value);
    }
    // What follows from it is decided by its value alone.
    twin.isDirty = false;
  }

  #compare(twin: Twin): void {
    const { value, before, heard, isDeaf } = twin;
    const node = nodeOf(twin);
    if (typeof value === 'number') {
      expect(node.get()).toBe(value);
      expect(node.error).toBeUndefined();
    } else {
      expect(() => node.get()).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', cause: node.error }));
      expect((node.error as Error).message).toBe(value);
    }
    const isTold = !isDeaf && typeof value === 'number' && !Object.is(value, before);
    expect(heard).toEqual(isTold ? [value] : []);
  }

  #compareCounts(): void {
    const { nodes, inputs, recomputed, changed, cutOff, failed, failures } = this.#graph.stats();
    expect([nodes, inputs]).toEqual([
      this.#twins.length,
      this.#twins.filter(({ input }) => input !== undefined).length,
    ]);
    expect(recomputed).toBe(changed + cutOff + failed);
    expect(recomputed).toBe(this.#calls);
    expect([failed, failures]).toEqual([this.#reports.length, this.#reports.length]);
  }
}

/** Whether its value is not the one after the last pass. */
function hasChanged({ value, before }: Twin): boolean {
  return typeof value !== typeof before || (typeof value === 'number' && !Object.is(value, before));
}

function dependsOn(twin: Twin, other: Twin): boolean {
  return twin === other || twin.sources.some((source) => dependsOn(source, other));
}

function nodeOf({ input, computed }: Twin): GraphNode<number> {
  const node = input ?? computed;
  if (node === undefined) throw new Error('a twin is an input or computed');
  return node;
}

function optionsOf(isTolerant: boolean): { equals?: (before: number, after: number) => boolean } {
  return isTolerant ? { equals: (before, after) => isSame(before, after, true) } : {};
}
