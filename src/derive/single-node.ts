import type { Callback } from '../core/callback.js';
import { ArgumentError, ClosedError } from '../core/errors.js';
import { show } from '../core/show.js';
import { Audience } from './audience.js';
import { Formula, type FormulaHolder, SAME, requireFunction } from './formula.js';
import { type LinkedStep, raise, stepsAbove } from './height-order.js';
import type { ComputedNode, InputNode } from './node.js';
import type { Equality, Settings } from './options.js';
import type { Propagation, Step } from './propagation.js';
import { isLost, LOST, lossOf, lostError, type Source, type Spot, type Target } from './source.js';

/** Shared by nodes that nothing depends on. */
const NO_TARGETS: Target[] = [];
/** Targets from which on their places are kept. */
const LONG = 64;

/** A node of the graph, with one value. */
export class SingleNode implements InputNode<unknown>, ComputedNode<unknown>, LinkedStep, FormulaHolder, Target {
  /** See {@link Step.height}; 0 for an input. */
  height = 0;
  /** See {@link Waiting.isQueued}. */
  isQueued = false;
  /** See {@link Waiting.next}. */
  next: Step | undefined = undefined;
  /** See {@link FormulaHolder.propagation}. */
  readonly propagation: Propagation;
  /** See {@link Holder.formula}. */
  formula: Formula | undefined = undefined;
  /** See {@link FormulaHolder.equals}. */
  readonly equals: Equality<never> | undefined;
  /** See {@link FormulaHolder.isNumeric}. */
  readonly isNumeric = false;
  /** See {@link GraphNode.name}. */
  readonly name: string;
  #value: unknown = LOST;
  #ranIn: number;
  #changedIn = 0;
  #targets: Target[] = NO_TARGETS;
  /** Of many targets, where they are, so that none has to be searched for. */
  #places: Map<Target, number> | undefined = undefined;
  #audience: Audience | undefined = undefined;
  #isDisposed = false;

  constructor(propagation: Propagation, kind: 'input' | 'computed', { name, equals }: Settings) {
    const { counts } = propagation;
    this.propagation = propagation;
    this.equals = equals;
    this.name = name ?? `${kind} ${++propagation.created}`;
    this.#ranIn = propagation.pass;
    counts.nodes++;
    if (kind === 'input') counts.inputs++;
  }

  /** Makes an input. */
  static input(propagation: Propagation, value: unknown, settings: Settings): SingleNode {
    const node = new SingleNode(propagation, 'input', settings);
    node.#value = value;
    node.#changedIn = propagation.pass;
    return node;
  }

  /** Makes a computed node. It has its value unless a batch is under way. */
  static computed(
    propagation: Propagation,
    sources: readonly Source[],
    compute: unknown,
    settings: Settings,
  ): SingleNode {
    // Before the node is counted.
    requireFunction(compute);
    const node = new SingleNode(propagation, 'computed', settings);
    node.#wire(new Formula(node, sources, compute));
    return node;
  }

  /** See {@link GraphNode.get}. */
  get(): unknown {
    if (isLost(this.#value)) throw this.#absence();
    return this.#value;
  }

  /** See {@link GraphNode.error}. */
  get error(): unknown {
    return this.#value === LOST ? lossOf({ holder: this, row: 0 })?.error : undefined;
  }

  /** See {@link InputNode.set}. */
  set(value: unknown): void {
    // Hot path.
    const { propagation } = this;
    const before = this.#value;
    if (propagation.isComputing || this.formula !== undefined || isLost(before)) this.#refuse('set');
    propagation.counts.sets++;
    if (propagation.isSame(before, value, this.equals)) {
      propagation.counts.unchanged++;
      return;
    }
    this.#ranIn = propagation.pass;
    this.#accept(value, before);
    propagation.settle();
  }

  /** See {@link ComputedNode.rewire}. */
  rewire(dependencies: readonly unknown[], compute: unknown): void {
    const { propagation, formula } = this;
    if (propagation.isComputing || formula === undefined) return this.#refuse('rewired');
    const sources = toNodes(propagation, dependencies);
    const next = new Formula(this, sources, compute);
    const above = stepsAbove(this, new Set(sources));
    for (const source of formula.sources) source.detach(this);
    this.#wire(next, above);
  }

  /** See {@link GraphNode.onChange}. */
  onChange(listener: Callback<[value: unknown]>): Disposable {
    if (this.#isDisposed) throw this.#absence();
    this.#audience ??= new Audience(this.propagation, this);
    return this.#audience.join((_row, value) => listener(value));
  }

  /** See {@link GraphNode.dispose}. */
  dispose(): void {
    if (this.#isDisposed) return;
    const { propagation, formula } = this;
    const [target] = this.#targets;
    if (propagation.isComputing || target !== undefined) this.#refuse(`disposed of: ${target?.step.name} needs it`);
    for (const source of formula?.sources ?? []) source.detach(this);
    this.#audience?.drop(0);
    propagation.counts.nodes--;
    if (formula === undefined) propagation.counts.inputs--;
    this.formula = this.#audience = undefined;
    this.#value = LOST;
    this.#isDisposed = true;
  }

  /** The same as `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** See {@link Waiting.run}. */
  run(): void {
    // Hot path.
    const { formula } = this;
    if (formula === undefined) return;
    const before = this.#value;
    const value = formula.evaluate(0, before);
    this.#ranIn = this.propagation.pass;
    if (typeof value !== 'symbol' || (value !== SAME && !(isLost(value) && isLost(before)))) this.#accept(value, LOST);
  }

  /** See {@link Target.step}. */
  get step(): this {
    return this;
  }

  /** See {@link Target.touch}. */
  touch(): void {
    this.propagation.queue(this);
  }

  /** See {@link Source.read}. */
  read(): unknown {
    return this.#value;
  }

  /** See {@link Source.lostSpot}. */
  lostSpot(): Spot | undefined {
    return this.#value === LOST ? { holder: this, row: 0 } : undefined;
  }

  /** See {@link Source.changedIn}. */
  changedIn(pass: number): boolean {
    return this.#changedIn === pass;
  }

  /** See {@link Source.attach}. */
  attach(target: Target): void {
    // A literal has room for one, which most nodes are content with; a push makes room for 17.
    if (this.#targets.length === 0) this.#targets = [target];
    else this.#targets.push(target);
    this.#places?.set(target, this.#targets.length - 1);
  }

  /** See {@link Source.detach}. */
  detach(target: Target): void {
    const targets = this.#targets;
    if (targets.length < LONG) this.#places = undefined;
    else this.#places ??= new Map(targets.map((each, place) => [each, place]));
    const place = this.#places?.get(target) ?? targets.lastIndexOf(target);
    const last = targets.pop();
    this.#places?.delete(target);
    if (last === undefined || place === targets.length) return;
    targets[place] = last;
    this.#places?.set(last, place);
  }

  /** See {@link Holder.label}. */
  label(): string {
    return this.name;
  }

  /** See {@link Holder.ranIn}. */
  ranIn(): number {
    return this.#ranIn;
  }

  /** See {@link Holder.wasReached}. */
  wasReached(): boolean {
    return true;
  }

  /** See {@link LinkedStep.above}. */
  above(): LinkedStep[] {
    return this.#targets.map(({ step }) => step);
  }

  /** See {@link LinkedStep.leastHeight}. */
  leastHeight(): number {
    return this.formula?.height ?? 0;
  }

  /** Refuses a node that was disposed of. */
  assertUsable(): void {
    if (this.#isDisposed) throw this.#absence();
  }

  #wire(formula: Formula, above: readonly LinkedStep[] = [this]): void {
    this.formula = formula;
    for (const source of formula.sources) source.attach(this);
    raise(this.propagation, above);
    this.propagation.queue(this);
    this.propagation.settle();
  }

  /** Takes another value, or none, and passes that on. For `before` see {@link Audience.note}. */
  #accept(value: unknown, before: unknown): void {
    this.#value = value;
    this.#changedIn = this.propagation.pass;
    this.#audience?.note(0, before);
    for (const target of this.#targets) target.touch(-1);
  }

  #absence(): Error {
    if (this.#isDisposed) return new ClosedError(`${this.name} was disposed of`);
    return lostError({ holder: this, row: 0 });
  }

  #refuse(action: string): never {
    this.propagation.assertOpen();
    this.assertUsable();
    throw new ArgumentError(`${this.name} cannot be ${action}`);
  }
}

/** Checks a node that something is to depend on. */
export function toNode(propagation: Propagation, node: unknown): SingleNode {
  if (!(node instanceof SingleNode) || node.propagation !== propagation)
    throw new ArgumentError(`a dependency must be a node of the same Derivation, got ${show(node)}`);
  node.assertUsable();
  return node;
}

/** Checks a list of nodes that something is to depend on. */
export function toNodes(propagation: Propagation, nodes: unknown): SingleNode[] {
  if (!Array.isArray(nodes)) throw new ArgumentError(`dependencies must be a list of nodes, got ${show(nodes)}`);
  return nodes.map((node) => toNode(propagation, node));
}
