import { disposable } from '../core/disposal.js';
import { familiesOf } from './metric-families.js';
import type { MetricsRegistry } from './metrics-registry.js';
import type { MetricType } from './metric-type.js';

/** What is used of a `Meter` of `@opentelemetry/api`. */
export interface MeterLike {
  /** Makes an instrument for a state of now. */
  createObservableGauge(name: string, options: { description: string }): ObservableLike;
  /** Makes an instrument for what only grows. */
  createObservableCounter(name: string, options: { description: string }): ObservableLike;
}

/** What is used of an observable instrument. */
export interface ObservableLike {
  /** Has `callback` asked at each collection. */
  addCallback(callback: ObservableCallbackLike): void;
  /** Has it asked no more. */
  removeCallback(callback: ObservableCallbackLike): void;
}

/** Gives an instrument its values. */
export type ObservableCallbackLike = (result: {
  observe(value: number, attributes?: Record<string, string>): void;
}) => void;

/**
 * Gives every number of a registry to OpenTelemetry, as observable gauges and counters named like those of
 * {@link MetricsRegistry.prometheus}, without `_total`. Values are read when a reader collects, once per collection.
 *
 * Metrics that appear later, of primitives added or of tables that grew, are there from the collection
 * after the next. Values that are not finite are left out: OpenTelemetry has none.
 *
 * @param meter A meter of the package `@opentelemetry/api`.
 * @returns a handle that ends the bridge. Readers that cumulate go on to show the last values.
 * @example
 * const bridge = bridgeOpenTelemetry(metrics, metricsApi.getMeter('bot'));
 */
export function bridgeOpenTelemetry(registry: MetricsRegistry, meter: MeterLike): Disposable {
  const bridge = new Bridge(registry, meter);
  return disposable(() => bridge.end());
}

class Bridge {
  readonly #registry: MetricsRegistry;
  readonly #meter: MeterLike;
  readonly #instruments = new Map<string, { instrument: ObservableLike; callback: ObservableCallbackLike }>();
  #families: ReturnType<typeof familiesOf> | undefined;

  constructor(registry: MetricsRegistry, meter: MeterLike) {
    this.#registry = registry;
    this.#meter = meter;
    this.#read();
    this.#families = undefined;
  }

  end(): void {
    for (const { instrument, callback } of this.#instruments.values()) instrument.removeCallback(callback);
    this.#instruments.clear();
  }

  /** The numbers of this collection: a reader asks all instruments in one turn. */
  #read(): ReturnType<typeof familiesOf> {
    if (this.#families !== undefined) return this.#families;
    this.#families = familiesOf(this.#registry.snapshot());
    queueMicrotask(() => (this.#families = undefined));
    for (const [name, { type, help }] of this.#families) {
      if (!this.#instruments.has(name)) this.#instruments.set(name, this.#newInstrument(name, type, help));
    }
    return this.#families;
  }

  #newInstrument(
    name: string,
    type: MetricType,
    description: string,
  ): { instrument: ObservableLike; callback: ObservableCallbackLike } {
    const instrument =
      type === 'counter'
        ? this.#meter.createObservableCounter(name, { description })
        : this.#meter.createObservableGauge(name, { description });
    const callback: ObservableCallbackLike = (result) => {
      for (const { labels, value } of this.#read().get(name)?.samples.values() ?? []) {
        if (Number.isFinite(value)) result.observe(value, { ...labels });
      }
    };
    instrument.addCallback(callback);
    return { instrument, callback };
  }
}
