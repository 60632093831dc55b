/** The parts of the peers that the benchmarks use. Declared here, so that type checks work without them installed. */

/** Anything that calls its listeners by the name of an event: eventemitter3 5, mitt 3, nanoevents 9, node's own. */
export interface Emitter<Value> {
  on(event: string, listener: (value: Value) => void): unknown;
  emit(event: string, value: Value): unknown;
}

/** eventemitter3 5. */
export interface EventEmitter3Module {
  readonly EventEmitter: new <Value>() => Emitter<Value>;
}

/** mitt 3. */
export interface MittModule {
  readonly default: <Value>() => Emitter<Value>;
}

/** nanoevents 9. */
export interface NanoeventsModule {
  readonly createNanoEvents: <Value>() => Emitter<Value>;
}

/** tseep 1: makes source code per set of listeners. */
export interface TseepModule {
  readonly EventEmitter: new <Value>() => Emitter<Value>;
}

/** rxjs 7. */
export interface RxjsModule {
  readonly Observable: new <Value>(start: (sink: RxjsSink<Value>) => void) => RxjsObservable<Value>;
  readonly ReplaySubject: new (size: number) => unknown;
  share<Value>(options: {
    readonly connector: () => unknown;
  }): (source: RxjsObservable<Value>) => RxjsObservable<Value>;
}
export interface RxjsSink<Value> {
  next(value: Value): void;
}
export interface RxjsObservable<Value> {
  pipe(operator: (source: RxjsObservable<Value>) => RxjsObservable<Value>): RxjsObservable<Value>;
  subscribe(listener: (value: Value) => void): unknown;
}

/** it-pushable 3. */
export interface PushableModule {
  readonly pushable: <Value>(options: { readonly objectMode: true }) => Pushable<Value>;
}
export interface Pushable<Value> extends AsyncIterable<Value> {
  push(value: Value): unknown;
  end(): unknown;
}
