import type { Clock } from '../core/clock.js';
import { disposable } from '../core/disposal.js';
import { ArgumentError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { show } from '../core/show.js';
import { isMeasured, type Measured } from './measured.js';
import {
  type MetricsErrorContext,
  type MetricsRegistryOptions,
  readMetricsOptions,
} from './metrics-registry-options.js';
import { familiesOf } from './metric-families.js';
import type { MetricsSnapshot, PrimitiveSnapshot } from './metrics-snapshot.js';
import { prometheusText } from './prometheus-text.js';
import { snakeCase } from './readings.js';

/** Longest name of a primitive, in characters. */
const LONGEST_NAME = 200;

interface Member {
  readonly kind: string;
  readonly primitive: Measured;
}

/**
 * The counters of many primitives in one place: as a snapshot, and as text for Prometheus.
 *
 * The registry holds what was added to it until its handle is disposed. A primitive whose `stats()` throws is
 * reported to `onError` and stands in the snapshot with its error; the others are not affected.
 *
 * Cost: nothing until it is read; then one `stats()` call per primitive.
 *
 * @example
 * const metrics = new MetricsRegistry();
 * metrics.add('prices', hub);
 * metrics.add('caches', { stats: cacheStats }, 'memo');
 * createServer((_, response) => response.end(metrics.prometheus())).listen(9_464, '127.0.0.1');
 */
export class MetricsRegistry {
  readonly #clock: Clock;
  readonly #maxPrimitives: number;
  readonly #reporter: FailureReporter<MetricsErrorContext>;
  readonly #members = new Map<string, Member>();

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: MetricsRegistryOptions = {}) {
    const { clock, maxPrimitives, onError } = readMetricsOptions(options);
    this.#clock = clock;
    this.#maxPrimitives = maxPrimitives;
    this.#reporter = new FailureReporter('MetricsRegistry', onError);
  }

  /**
   * Adds a primitive under a name of its own; disposing the handle takes it out.
   *
   * @param kind What it is; it names its metrics. Default: the name of its class in snake case (`feed_pool`), `memo`
   * for a memoized function, `object` for a plain object. Give it where a bundler shortens class names.
   * @throws ArgumentError when the name is taken, empty or above 200 characters, when the primitive has no `stats`
   * method, or when the registry is full.
   */
  add(name: string, primitive: Measured, kind?: string): Disposable {
    this.#check(name, primitive);
    const member = { kind: snakeCase(kind ?? kindOf(primitive)) || 'object', primitive };
    this.#members.set(name, member);
    return disposable(() => this.#members.delete(name));
  }

  /** Names of all primitives, in the order they were added. */
  get names(): string[] {
    return [...this.#members.keys()];
  }

  /** What every primitive says now. */
  snapshot(): MetricsSnapshot {
    const primitives = [...this.#members].map(([name, member]) => [name, this.#read(name, member)] as const);
    return { takenAt: this.#clock.wallTime(), now: this.#clock.now(), primitives: Object.fromEntries(primitives) };
  }

  /**
   * Every number of every primitive in Prometheus' text format.
   *
   * A metric is named after the kind of primitive and the field, `tickwise_feed_pool_frames_total`, and
   * labelled with the primitive's name; rows of tables add the label `key`. What only grows is a counter and ends with
   * `_total`, what is a state of now is a gauge. Values have the units of `stats()`, mostly milliseconds.
   * Of objects that are not this package's the type is not known.
   */
  prometheus(): string {
    return prometheusText(familiesOf(this.snapshot()));
  }

  /** Everything primitives say of themselves as indented JSON: their `stats()`, and `explain()` where it asks for nothing. */
  explain(): string {
    const parts = [...this.#members].map(([name, member]) => {
      return [name, { ...this.#read(name, member), explanation: this.#explanationOf(name, member) }] as const;
    });
    return JSON.stringify({ at: new Date(this.#clock.wallTime()), primitives: Object.fromEntries(parts) }, plain, 2);
  }

  #check(name: string, primitive: Measured): void {
    if (typeof name !== 'string' || name.length === 0 || name.length > LONGEST_NAME) {
      throw new ArgumentError(
        `MetricsRegistry: name must be a text of 1 to ${LONGEST_NAME} characters, got ${show(name)}`,
      );
    }
    if (!isMeasured(primitive)) {
      throw new ArgumentError(
        `MetricsRegistry: ${show(name)} must be an object with a stats method, got ${show(primitive)}`,
      );
    }
    if (this.#members.has(name)) {
      throw new ArgumentError(`MetricsRegistry: the name ${show(name)} is taken; dispose its handle first`);
    }
    if (this.#members.size >= this.#maxPrimitives) {
      throw new ArgumentError(
        `MetricsRegistry: must hold at most ${this.#maxPrimitives} primitives; dispose handles, or raise maxPrimitives`,
      );
    }
  }

  #read(name: string, { kind, primitive }: Member): PrimitiveSnapshot {
    try {
      return { kind, stats: primitive.stats() };
    } catch (error) {
      this.#reporter.report(error, { name });
      return { kind, stats: undefined, error: show(error) };
    }
  }

  #explanationOf(name: string, { primitive }: Member): unknown {
    const explain: unknown = Reflect.get(primitive, 'explain');
    if (typeof explain !== 'function' || explain.length > 0) return undefined;
    try {
      return Reflect.apply(explain, primitive, []);
    } catch (error) {
      this.#reporter.report(error, { name });
      return show(error);
    }
  }
}

function kindOf(primitive: Measured): string {
  if (typeof primitive === 'function') return 'memo';
  return primitive.constructor?.name ?? 'object';
}

/** What JSON has no form for: maps and sets as arrays, large integers and the infinities as texts. */
function plain(_: string, value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) return [...value];
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}
