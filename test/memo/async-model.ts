import type { ModelOptions } from './model.js';

/** What a caller gets in the end. */
export type ModelResult = { readonly value: string } | { readonly error: Error };

/** What a call gets: its result now, or that of a load when it has one. */
export interface ModelCall {
  result: ModelResult | undefined;
}

/** One run of the function. */
interface ModelLoad extends ModelCall {
  readonly key: string;
  /** Whether any tag was invalidated since it began, so that no call joins it. */
  isSuspect: boolean;
  /** Whether that was its own, so that its result is not stored. */
  isTagInvalid: boolean;
}

interface ModelEntry {
  readonly result: ModelResult;
  readonly storedAt: number;
  isExpired: boolean;
}

/** A cache of an async function, slow and obvious. Each key is its own tag. Entries are listed, the one used last at the end. */
export class AsyncModelCache {
  readonly counts = {
    hits: 0,
    staleHits: 0,
    misses: 0,
    coalesced: 0,
    loads: 0,
    loadErrors: 0,
    evictions: 0,
    expirations: 0,
  };
  /** All loads, in the order they began. */
  readonly loads: ModelLoad[] = [];
  readonly #options: ModelOptions;
  /** The loads of a key whose results may be stored, the newest at the end; none when there is none. */
  readonly #current = new Map<string, readonly ModelLoad[]>();
  #entries: [string, ModelEntry][] = [];

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.length;
  }

  call(key: string, now: number): ModelCall {
    const entry = this.#find(key);
    if (entry !== undefined) {
      this.#entries = [...this.#without(key), [key, entry]];
      if (this.#isFresh(entry, now)) return this.#count('hits', entry);
      if (now < this.#servedUntil(entry)) {
        if ('error' in entry.result) return this.#count('hits', entry);
        if (!this.#current.has(key)) this.#start(key);
        return this.#count('staleHits', entry);
      }
      if (!entry.isExpired) this.counts.expirations++;
      entry.isExpired = true;
      if (!this.#isUseful(entry, now)) this.#entries = this.#without(key);
    }
    const running = this.#current.get(key)?.at(-1);
    if (running !== undefined && !running.isSuspect) {
      this.counts.coalesced++;
      return running;
    }
    this.counts.misses++;
    return this.#start(key);
  }

  settle(load: ModelLoad, result: ModelResult, now: number): void {
    const { key } = load;
    const current = this.#current.get(key) ?? [];
    const isCurrent = current.includes(load);
    const later = current.slice(current.indexOf(load) + 1);
    if (later.length > 0) this.#current.set(key, later);
    else this.#current.delete(key);
    load.result = result;
    if ('value' in result) {
      if (isCurrent && !load.isTagInvalid && !this.#isWorthless()) this.#store(key, result, now);
      return;
    }
    this.counts.loadErrors++;
    const entry = this.#find(key);
    const { staleIfError, errorTtl } = this.#options;
    if (entry !== undefined && staleIfError > 0 && now < this.#fallbackUntil(entry)) {
      load.result = entry.result;
      return;
    }
    const isReplaceable = entry === undefined || now >= this.#servedUntil(entry);
    if (errorTtl > 0 && isCurrent && !load.isSuspect && isReplaceable) this.#store(key, result, now);
  }

  peek(key: string, now: number): string | undefined {
    const entry = this.#find(key);
    if (entry === undefined || 'error' in entry.result) return undefined;
    return now < this.#servedUntil(entry) ? entry.result.value : undefined;
  }

  set(key: string, value: string, now: number): void {
    this.#current.delete(key);
    if (this.#isWorthless()) this.#entries = this.#without(key);
    else this.#store(key, { value }, now);
  }

  /** Calls wait for a promise that is set; what was there before is gone. */
  setPromise(key: string): void {
    this.invalidate(key);
    this.#start(key);
  }

  invalidate(key: string): void {
    this.#current.delete(key);
    this.#entries = this.#without(key);
  }

  /** What a load's tags are is known at its end, so that no call joins it, and no error of it is stored. */
  invalidateTag(tag: string): void {
    for (const load of [...this.#current.values()].flat()) {
      load.isSuspect = true;
      load.isTagInvalid ||= load.key === tag;
    }
    this.#entries = this.#entries.filter(([key, { result }]) => key !== tag || 'error' in result);
  }

  clear(): void {
    this.#current.clear();
    this.#entries = [];
  }

  #start(key: string): ModelLoad {
    this.counts.loads++;
    const load: ModelLoad = { key, isSuspect: false, isTagInvalid: false, result: undefined };
    this.loads.push(load);
    const before = this.#current.get(key) ?? [];
    this.#current.set(key, before.at(-1)?.isSuspect === true ? [...before, load] : [load]);
    return load;
  }

  #count(what: 'hits' | 'staleHits', { result }: ModelEntry): ModelCall {
    this.counts[what]++;
    return { result };
  }

  #store(key: string, result: ModelResult, now: number): void {
    this.#entries = [...this.#without(key), [key, { result, storedAt: now, isExpired: false }]];
    if (this.#entries.length <= this.#options.maxEntries) return;
    const evicted = this.#entries.shift()?.[1];
    if (evicted === undefined) return;
    if (this.#isUseful(evicted, now)) this.counts.evictions++;
    else if (!evicted.isExpired) this.counts.expirations++;
  }

  #isFresh({ result, storedAt }: ModelEntry, now: number): boolean {
    return 'value' in result && now < storedAt + this.#options.ttl;
  }

  #servedUntil({ result, storedAt }: ModelEntry): number {
    const { ttl, staleWhileRevalidate, errorTtl } = this.#options;
    return storedAt + ('error' in result ? errorTtl : ttl + staleWhileRevalidate);
  }

  #fallbackUntil({ result, storedAt }: ModelEntry): number {
    return 'error' in result ? -Infinity : storedAt + this.#options.ttl + this.#options.staleIfError;
  }

  #isUseful(entry: ModelEntry, now: number): boolean {
    return now < this.#servedUntil(entry) || now < this.#fallbackUntil(entry);
  }

  /** Whether no value could ever be served from an entry. */
  #isWorthless(): boolean {
    const { ttl, staleWhileRevalidate, staleIfError } = this.#options;
    return ttl === 0 && staleWhileRevalidate === 0 && staleIfError === 0;
  }

  #without(key: string): [string, ModelEntry][] {
    return this.#entries.filter(([other]) => other !== key);
  }

  #find(key: string): ModelEntry | undefined {
    return this.#entries.find(([other]) => other === key)?.[1];
  }
}
