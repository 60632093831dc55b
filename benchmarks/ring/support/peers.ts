/** The parts of the peers that the benchmarks use. Declared here, so that type checks work without them installed. */

/** denque 2: a double-ended queue; with `capacity` a push drops from the front. */
export interface DenqueModule {
  readonly default: new <T>(items?: readonly T[], options?: { readonly capacity: number }) => Denque<T>;
}
export interface Denque<T> {
  readonly length: number;
  push(item: T): number;
  peekAt(index: number): T;
}

/** mnemonist 0.40: a circular buffer over a typed array. */
export interface MnemonistModule {
  readonly CircularBuffer: new (kind: Float64ArrayConstructor, capacity: number) => CircularBuffer;
}
export interface CircularBuffer {
  readonly size: number;
  push(value: number): void;
  get(index: number): number;
}

/** ring-buffer-ts 1, CommonJS. */
export interface RingBufferTsModule {
  readonly default: { readonly RingBuffer: new <T>(capacity: number) => RingBufferTs<T> };
}
export interface RingBufferTs<T> {
  add(item: T): void;
  getLastN(n: number): T[];
}

/** ringbufferjs 2, CommonJS. */
export interface RingBufferJsModule {
  readonly default: new <T>(capacity: number) => RingBufferJs<T>;
}
export interface RingBufferJs<T> {
  enq(item: T): number;
  peekN(n: number): T[];
  size(): number;
}

/** ccxt 4, its file js/src/base/ws/Cache.js: what its watchOHLCV keeps candles in. */
export interface CcxtCacheModule {
  readonly ArrayCacheByTimestamp: new (maxSize: number) => CcxtCandles;
}
export interface CcxtCandles extends ReadonlyArray<readonly number[]> {
  append(candle: readonly number[]): void;
  getLimit(symbol: string | undefined, limit: number | undefined): number;
}
