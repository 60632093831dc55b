/** Compile-time tests of tickwise/schedule: this file has to compile, and each `@ts-expect-error` has to be an error. */
import {
  AdaptiveScheduler,
  CircuitBreaker,
  type FirstGood,
  firstGood,
  RateLimiter,
  type RunReport,
  type StreamItem,
  type TaskContext,
} from 'tickwise/schedule';

type Equal<A, B> = [A, B] extends [B, A] ? true : false;
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- its argument is what is tested
declare function check<IsTrue extends true>(): IsTrue;

interface Candle {
  readonly close: number;
}
declare function fetchCandle(symbol: string, signal: AbortSignal): Promise<Candle>;
declare const symbols: readonly string[];
declare function pages(): AsyncIterable<number>;

const scheduler = new AdaptiveScheduler();

// A list's report is typed by its keys and by what the task resolves to.
const report = scheduler.run(symbols, (symbol, { signal }) => fetchCandle(symbol, signal));
check<Equal<typeof report, Promise<RunReport<string, Candle>>>>();

// So is a list read from an async iterable, with a task that answers at once.
const sums = scheduler.run(pages(), (page) => page + 1);
check<Equal<typeof sums, Promise<RunReport<number, number>>>>();

// `isSuccess` and `keyOf` see what the task and the list are made of; a stream's items are one or the other.
const stream = scheduler.stream(symbols, (symbol, { signal }) => fetchCandle(symbol, signal));
type Item = typeof stream extends AsyncGenerator<infer T> ? T : never;
check<Equal<Item, StreamItem<string, Candle>>>();
declare const item: StreamItem<string, Candle>;
if (item.value !== undefined) check<Equal<typeof item.value, Candle>>();

// A submitted task keeps its value; it gets a context.
const submitted = scheduler.submit((context: TaskContext) => fetchCandle('BTC', context.signal));
check<Equal<typeof submitted, Promise<Candle>>>();

// The first good answer has the type of the sources' answers, and tells which source gave it.
const answer = firstGood([() => Promise.resolve({ close: 1 }), () => ({ close: 2 })], {
  accept: ({ close }: Candle) => close > 0,
});
check<Equal<typeof answer, Promise<FirstGood<Candle>>>>();

// A breaker hands through what the call gives.
const breaker = new CircuitBreaker({ failureRate: 0.5, window: 10, openFor: 1_000, probes: 1 });
const book = breaker.execute(() => fetchCandle('BTC', new AbortController().signal));
check<Equal<typeof book, Promise<Candle>>>();

// @ts-expect-error keys are iterated
void scheduler.run(5, () => 1);
// @ts-expect-error the task's key has the type of the list's
void scheduler.run(symbols, (symbol: number) => symbol);
// @ts-expect-error a window has a limit
void new RateLimiter({ windows: [{ interval: 1_000 }] });
// @ts-expect-error the word is 'cusum' or 'batch'
void new AdaptiveScheduler({ earlyExit: { rule: 'sometimes' } });
