import { describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { cacheFeatures, type CacheStore, memo, memoize, memoizeMethods } from 'tickwise/memo';

/** A store that keeps nothing. */
function emptyStore(): CacheStore {
  return {
    get: async () => undefined,
    set: async () => undefined,
    delete: async () => undefined,
    close: async () => undefined,
  };
}

const bus = {
  publish: async (): Promise<void> => undefined,
  subscribe: (): Disposable => ({ [Symbol.dispose]: () => undefined }),
  close: async (): Promise<void> => undefined,
};

const load = async (symbol: string): Promise<string> => symbol;

describe('memo', () => {
  it('refuses a store without a name', () => {
    const act = (): unknown => memo(load, { store: emptyStore() });

    expect(act).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    expect(act).toThrow(/store needs name/);
    expect(() => cacheFeatures(load, { store: emptyStore() })).toThrow(/store needs name/);
  });

  it('refuses a bus without a name', () => {
    expect(() => memo(load, { bus })).toThrow(/bus needs name/);
  });

  it.each([
    ['codec', { encode: () => new Uint8Array(), decode: () => 1 }],
    ['storeTimeout', 5],
    ['lease', true],
  ])('refuses %s without a store', (name, value) => {
    expect(() => memo(load, { [name]: value } as never)).toThrow(new RegExp(`${name} needs store`));
  });

  it('refuses maxBytes without sizeOf', () => {
    expect(() => memo(load, { maxBytes: 5 })).toThrow(/maxBytes needs sizeOf/);
  });

  it('refuses a lease of a store that has none', () => {
    expect(() => memo(load, { store: emptyStore(), name: 'x', lease: true })).toThrow(
      /lease needs a store with acquireLease and releaseLease/,
    );
  });

  it('refuses two different functions of one name, version and store', () => {
    const store = emptyStore();
    const first = memo(load, { store, name: 'quotes' });

    const act = (): unknown => memo(async (symbol: string) => symbol, { store, name: 'quotes' });

    expect(act).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    expect(act).toThrow(/got another function of that name/);
    expect(() => memo(async (symbol: string) => symbol, { store, name: 'quotes', version: '2' })).not.toThrow();
    expect(() => memo(async (symbol: string) => symbol, { store: emptyStore(), name: 'quotes' })).not.toThrow();
    expect(() => memo(load, { store, name: 'quotes' })).not.toThrow();
    expect(first.stats().name).toBe('quotes');
  });
});

describe('a method', () => {
  it('needs a key with a store: no other process can tell its instance', () => {
    const store = emptyStore();
    const api = { load };

    expect(() => memoizeMethods(api, { load: { store, name: 'load' } })).toThrow(/store on a method needs key/);
    expect(() => memoizeMethods(api, { load: { store, name: 'load', key: (symbol) => symbol } })).not.toThrow();
  });

  it('needs it when it is decorated, too', async () => {
    class Api {
      @memoize({ store: emptyStore(), name: 'load' })
      async load(symbol: string): Promise<string> {
        return symbol;
      }
    }

    expect(() => new Api().load('BTC')).toThrow(/store on a method needs key/);
  });

  it('has one clock for all instances with a store', () => {
    class Api {
      @memoize({ store: emptyStore(), name: 'load', key: (symbol: string) => symbol, clock: () => new VirtualClock() })
      async load(symbol: string): Promise<string> {
        return symbol;
      }
    }

    expect(() => new Api().load('BTC')).toThrow(/clock must be one Clock for all instances with store/);
  });
});
