/** Compile-time tests of tickwise/memo: this file has to compile, and each `@ts-expect-error` has to be an error. */
import type { Clock } from 'tickwise/core';
import {
  cacheFeatures,
  type CacheStore,
  memo,
  memoize,
  memoizeMethods,
  type Memoized,
  methodCache,
} from 'tickwise/memo';

type Equal<A, B> = [A, B] extends [B, A] ? true : false;
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- its argument is what is tested
declare function check<IsTrue extends true>(): IsTrue;

interface Quote {
  readonly bid: number;
}
declare const clock: Clock;

// Parameters and result are kept; a sync function stays sync.
const features = memo((symbol: string, bars = 200) => symbol.length + bars, { ttl: 1_000 });
check<Equal<ReturnType<typeof features>, number>>();
features('BTC');
features('BTC', 5);
// @ts-expect-error a wrong argument
features(5);
// @ts-expect-error a missing argument
features();

// An async function stays async; the members speak of its value.
const load = memo(async (symbol: string): Promise<Quote> => ({ bid: symbol.length }), {
  timeout: 50,
  ioClock: clock,
  ttl: (quote, symbol) => quote.bid + symbol.length,
  tags: (quote, symbol) => [symbol, String(quote.bid)],
  isStorable: (quote) => quote.bid > 0,
  key: (symbol) => symbol.toLowerCase(),
});
check<Equal<ReturnType<typeof load>, Promise<Quote>>>();
const peeked = load.peek('BTC');
check<Equal<typeof peeked, Quote | undefined>>();
load.set(['BTC'], { bid: 1 });
load.set(['BTC'], Promise.resolve({ bid: 1 }));
// @ts-expect-error a value of another type
load.set(['BTC'], 'x');
// @ts-expect-error arguments of another type
load.set([5], { bid: 1 });
void load.warm([['BTC']], { concurrency: 2 });
// @ts-expect-error a list of symbols is no list of argument lists
void load.warm(['BTC']);
void load.warm([['BTC']], { every: 5 });
// @ts-expect-error `often` is unknown
void load.warm([['BTC']], { often: 5 });
const signalled = load.withSignal(new AbortController().signal, 'BTC');
check<Equal<typeof signalled, Promise<Quote>>>();
// @ts-expect-error a signal comes first
void load.withSignal('BTC');
void load.invalidate('BTC');
// @ts-expect-error a wrong argument
void load.invalidate(5);
// @ts-expect-error a wrong argument
load.explain(5);
check<Equal<typeof load, Memoized<(symbol: string) => Promise<Quote>>>>();

// Options that need a promise are for functions that return one.
declare const store: CacheStore;
// @ts-expect-error timeout on a sync function
memo((symbol: string) => symbol, { timeout: 50 });
// @ts-expect-error ioClock on a sync function
memo((symbol: string) => symbol, { ioClock: clock });
// @ts-expect-error abortable on a sync function
memo((symbol: string) => symbol, { abortable: true });
// @ts-expect-error store on a sync function
memo((symbol: string) => symbol, { store });
// @ts-expect-error storeTimeout on a sync function
memo((symbol: string) => symbol, { storeTimeout: 5 });
// @ts-expect-error lease on a sync function
memo((symbol: string) => symbol, { lease: true });
// @ts-expect-error codec on a sync function
memo((symbol: string) => symbol, { codec: { encode: () => new Uint8Array(), decode: () => 1 } });
memo(async (symbol: string) => symbol, { store, name: 'x', version: '2', storeTimeout: 5, lease: { ttl: 5 } });

// An abortable function is called without its signal.
const fetchBook = memo(async (symbol: string, signal: AbortSignal) => symbol.length + Number(signal.aborted), {
  abortable: true,
  key: (symbol) => symbol.toLowerCase(),
});
check<Equal<Parameters<typeof fetchBook>, [symbol: string]>>();
check<Equal<ReturnType<typeof fetchBook>, Promise<number>>>();
void fetchBook('BTC');
// @ts-expect-error the signal is not the caller's
void fetchBook('BTC', new AbortController().signal);
memo((symbol: string) => (symbol === '' ? 1 : Promise.resolve(2)), { timeout: 50 });

// The key option is typed by the parameters.
memo((symbol: string, bars: number) => symbol + bars, { key: (symbol, bars) => [symbol.length, bars.toFixed()] });
// @ts-expect-error a key of other parameters
memo((symbol: string) => symbol, { key: (symbol: number) => symbol });
// @ts-expect-error unknown options
memo((symbol: string) => symbol, { maxAge: 5 });
memo((symbol: string) => symbol, { jitter: 0.1, earlyRefresh: 1, audit: 0.01, policy: 'tinylfu' });
memo((symbol: string) => symbol, { maxBytes: 5, sizeOf: (text, symbol) => text.length + symbol.length });
// @ts-expect-error a size of another result
memo((symbol: string) => symbol, { maxBytes: 5, sizeOf: (text: number) => text });
memo((bars: readonly number[]) => bars.length, { keyMode: 'fingerprint' });
// @ts-expect-error an unknown key mode
memo((symbol: string) => symbol, { keyMode: 'fast' });
// @ts-expect-error no function
memo(5);

// Overloads are kept.
function parse(value: string): number;
function parse(value: number): string;
function parse(value: string | number): string | number {
  return typeof value === 'string' ? value.length : String(value);
}
const parsed = memo(parse);
const fromText: number = parsed('x');
const fromNumber: string = parsed(5);
void [fromText, fromNumber];

// Generics are kept.
const first = memo(<T>(items: readonly T[]): T | undefined => items[0]);
const firstNumber: number | undefined = first([1, 2]);
const firstText: string | undefined = first(['a']);
void [firstNumber, firstText];

// `this` is kept.
const total = memo(function total(this: { balance: number }, extra: number) {
  return this.balance + extra;
});
const account = { balance: 5, total };
account.total(1);
total.forThis({ balance: 5 }).peek(1);
// @ts-expect-error no such `this`
total(1);

// Decorators keep the method's type and refuse what does not fit.
class Model {
  @memoize()
  plain(symbol: string): number {
    return symbol.length;
  }

  @memoize({ ttl: 5, clock: () => clock })
  async asyncMethod(symbol: string): Promise<number> {
    return symbol.length;
  }

  @memoize({ timeout: 5, key: (symbol: string) => symbol })
  async withTimeout(symbol: string, bars: number): Promise<number> {
    return symbol.length + bars;
  }

  @memoize({ ttl: (result: number, symbol: string) => result + symbol.length })
  typed(symbol: string): number {
    return symbol.length;
  }

  overloaded(value: string): number;
  overloaded(value: number): string;
  @memoize()
  overloaded(value: string | number): string | number {
    return parse(value as string);
  }

  @memoize()
  generic<T>(value: T): T {
    return value;
  }

  @memoize()
  static create(value: number): number {
    return value;
  }

  @memoize()
  #hidden(value: number): number {
    return value;
  }

  @cacheFeatures
  bare(symbol: string): number {
    return this.#hidden(symbol.length);
  }

  @cacheFeatures({ ttl: 5 })
  preset(symbol: string): number {
    return symbol.length;
  }

  @cacheFeatures({ timeout: 5 })
  async asyncPreset(symbol: string): Promise<number> {
    return symbol.length;
  }

  // @ts-expect-error timeout on a sync method
  @memoize({ timeout: 5 })
  syncWithTimeout(symbol: string): number {
    return symbol.length;
  }

  // @ts-expect-error timeout on a sync method
  @cacheFeatures({ timeout: 5 })
  syncPresetWithTimeout(symbol: string): number {
    return symbol.length;
  }

  // @ts-expect-error a key of other parameters
  @memoize({ key: (symbol: number) => symbol })
  wrongKey(symbol: string): number {
    return symbol.length;
  }

  // @ts-expect-error a ttl of another result
  @memoize({ ttl: (result: string) => result.length })
  wrongTtl(symbol: string): number {
    return symbol.length;
  }

  // @ts-expect-error a field
  @memoize()
  field = 5;

  // @ts-expect-error a field that holds a function
  @memoize()
  functionField = (): number => 5;

  // @ts-expect-error a getter
  @memoize()
  get getter(): number {
    return 5;
  }

  // @ts-expect-error a field
  @cacheFeatures
  presetField = 5;

  // @ts-expect-error a getter
  @cacheFeatures
  get presetGetter(): number {
    return 5;
  }

  // @ts-expect-error a getter
  @cacheFeatures({ ttl: 5 })
  get presetGetterWithOptions(): number {
    return 5;
  }
}

// @ts-expect-error a class
@memoize()
class Decorated {}
void Decorated;

const model = new Model();
check<Equal<ReturnType<typeof model.plain>, number>>();
const overloadedNumber: number = model.overloaded('x');
const overloadedText: string = model.overloaded(5);
const generic: 'x' = model.generic('x');
void [overloadedNumber, overloadedText, generic, Model.create(1)];
// @ts-expect-error a wrong argument
model.plain(5);

const controls = methodCache(model, 'asyncMethod');
const value = controls.peek('BTC');
check<Equal<typeof value, number | undefined>>();
// @ts-expect-error a wrong argument
controls.peek(5);
// @ts-expect-error no method
methodCache(model, 'field');

// Legacy decorators, called as the compiler calls them.
declare const descriptor: TypedPropertyDescriptor<(symbol: string) => number>;
declare const asyncDescriptor: TypedPropertyDescriptor<(symbol: string) => Promise<number>>;
const decorated: TypedPropertyDescriptor<(symbol: string) => number> = memoize()(Model.prototype, 'plain', descriptor);
void decorated;
memoize({ timeout: 5 })(Model.prototype, 'asyncMethod', asyncDescriptor);
// @ts-expect-error timeout on a sync method
memoize({ timeout: 5 })(Model.prototype, 'plain', descriptor);
// @ts-expect-error a field has no descriptor
memoize()(Model.prototype, 'field');

// Methods of an object, by name.
const api = memoizeMethods(
  { rate: 2, convert: (amount: number) => amount * 2, load: async (symbol: string) => symbol.length },
  { convert: { ttl: 5, key: (amount) => amount.toFixed() }, load: { timeout: 5 } },
);
check<Equal<ReturnType<typeof api.convert>, number>>();
check<Equal<typeof api.rate, number>>();
const converted = api.convert.peek(5);
check<Equal<typeof converted, number | undefined>>();
// @ts-expect-error no such method
memoizeMethods({ run: () => 1 }, { walk: {} });
// @ts-expect-error one of two is no method
memoizeMethods({ run: () => 1 }, { run: {}, walk: {} });
// @ts-expect-error timeout on a sync method
memoizeMethods({ run: () => 1 }, { run: { timeout: 5 } });
