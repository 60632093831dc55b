import { VirtualClock } from 'tickwise/core';
import { fromWatch } from 'tickwise/hub';
import { type SourceBench, sourceContract } from 'tickwise/hub/testing';
import { describe, expect, it } from 'vitest';
import { TcpSource, TcpVenue } from '../../examples/tcp-source.js';
import { PlainVenue, type Fault } from './plain-venue.js';

/** Titles of the cases that a source fails. */
async function failuresOf(make: () => SourceBench | Promise<SourceBench>): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of sourceContract) await run(make).catch(() => failed.push(title));
  return failed;
}

describe('a source over TCP', () => {
  it.each(sourceContract)('$title', async ({ run }) => {
    const passed = run(async () => {
      const venue = await TcpVenue.start();
      const source = new TcpSource(venue.port);
      return {
        source,
        topics: ['BTCUSDT', 'ETHUSDT'],
        refused: 'no.such',
        send: (topic, number) => venue.send(topic, number),
        numberOf: Number,
        subscriptions: (topic) => venue.subscriptions(topic),
        interrupt: () => venue.interrupt(),
        async close() {
          source.close();
          await venue.close();
        },
      };
    });

    await expect(passed).resolves.toBeUndefined();
  });
});

/** An exchange as ccxt shows it: one future per symbol, which takes the first value of a burst. */
class WatchedExchange {
  readonly #futures = new Map<string, PromiseWithEnds>();
  #isBroken = false;

  watch(symbol: string): Promise<number> {
    if (this.#isBroken) return Promise.reject(new Error('NetworkError'));
    if (symbol === 'no/such') return Promise.reject(new Error('BadSymbol'));
    const known = this.#futures.get(symbol);
    if (known !== undefined) return known.promise;
    const future = newFuture();
    this.#futures.set(symbol, future);
    return future.promise;
  }

  unwatch(symbol: string): void {
    this.#futures.get(symbol)?.reject(new Error('UnsubscribeError'));
    this.#futures.delete(symbol);
  }

  send(symbol: string, number: number): void {
    this.#futures.get(symbol)?.resolve(number);
    this.#futures.delete(symbol);
  }

  isWatched(symbol: string): boolean {
    return this.#futures.has(symbol);
  }

  interrupt(): void {
    this.#isBroken = true;
    for (const future of this.#futures.values()) future.reject(new Error('NetworkError'));
    this.#futures.clear();
    setImmediate(() => (this.#isBroken = false));
  }
}

interface PromiseWithEnds {
  readonly promise: Promise<number>;
  readonly resolve: (number: number) => void;
  readonly reject: (error: Error) => void;
}

function newFuture(): PromiseWithEnds {
  let ends: Omit<PromiseWithEnds, 'promise'> = { resolve: () => {}, reject: () => {} };
  const promise = new Promise<number>((resolve, reject) => (ends = { resolve, reject }));
  return { promise, ...ends };
}

describe('a watch loop', () => {
  it.each(sourceContract)('$title', async ({ run }) => {
    const passed = run(() => {
      const exchange = new WatchedExchange();
      const ioClock = new VirtualClock();
      const source = fromWatch((symbol) => exchange.watch(symbol), {
        unwatch: (symbol) => exchange.unwatch(symbol),
        ioClock,
        onError: () => {},
      });
      return {
        source,
        topics: ['BTC/USDT', 'ETH/USDT'],
        refused: 'no/such',
        isLossy: true,
        send: async (symbol, number) => {
          // Between two calls nobody listens.
          for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
          exchange.send(symbol, number);
        },
        numberOf: Number,
        subscriptions: (symbol) => Number(exchange.isWatched(symbol)),
        interrupt: () => exchange.interrupt(),
        passTime: (ms) => ioClock.advance(ms),
        close: async () => {},
      };
    });

    await expect(passed).resolves.toBeUndefined();
  });
});

describe('sourceContract', () => {
  it('passes a plain right source, and one that can neither refuse nor break', async () => {
    const withoutFaults = (): SourceBench => {
      const { refused: _refused, interrupt: _interrupt, ...bench } = new PlainVenue().bench();
      return bench;
    };

    expect(await failuresOf(() => new PlainVenue().bench())).toEqual([]);
    expect(await failuresOf(withoutFaults)).toEqual([]);
  });

  it.each<readonly [string, Fault, string]>([
    ['sends every value twice', 'twice', 'brings the values of a topic in order, each once'],
    ['sends to all topics', 'everywhere', 'keeps topics apart'],
    ['reverses pairs', 'reversed', 'brings the values of a topic in order, each once'],
    ['never ends upstream', 'no end', 'ends on the other side what is ended, and leaves the rest alone'],
    ['goes on after the end', 'talks on', 'is silent about a topic once its end has settled'],
    ['subscribes twice', 'two', 'asks the other side for what is subscribed, and for nothing else'],
    ['answers with nothing', 'no function', 'asks the other side for what is subscribed, and for nothing else'],
    ['tells nothing of an outage', 'quiet', 'comes back after an interruption, tells it, and repeats nothing'],
    ['repeats values after an outage', 'repeats', 'comes back after an interruption, tells it, and repeats nothing'],
    ['brings back what was left', 'revives', 'asks again for what is wanted after an interruption, and only for that'],
  ])('fails a source that %s', async (_name, fault, title) => {
    const contractCase = sourceContract.find((each) => each.title === title);

    const make = (): SourceBench => ({ ...new PlainVenue(fault).bench(), patience: 300 });
    await expect(contractCase?.run(make)).rejects.toThrow(/./);
  });
});
