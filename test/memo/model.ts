/** What the naive cache can be told. */
export interface ModelOptions {
  readonly ttl: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly errorTtl: number;
  readonly maxEntries: number;
}

interface ModelEntry {
  readonly value: number;
  readonly error: Error | undefined;
  readonly storedAt: number;
}

/** What a call gets. */
export type ModelAnswer = { readonly value: number } | { readonly error: Error };

/** A cache of a sync function, slow and obvious: a list of entries, the one used last at the end. */
export class ModelCache {
  readonly counts = { hits: 0, staleHits: 0, misses: 0, loads: 0, loadErrors: 0, evictions: 0 };
  readonly #options: ModelOptions;
  readonly #load: (key: string) => number;
  #entries: [string, ModelEntry][] = [];

  constructor(options: ModelOptions, load: (key: string) => number) {
    this.#options = options;
    this.#load = load;
  }

  get size(): number {
    return this.#entries.length;
  }

  call(key: string, now: number): ModelAnswer {
    const entry = this.#use(key);
    if (entry !== undefined) {
      const served = this.#serve(key, entry, now);
      if (served !== undefined) return served;
    }
    this.counts.misses++;
    return this.#run(key, now);
  }

  peek(key: string, now: number): number | undefined {
    const entry = this.#find(key);
    const isServed = entry !== undefined && entry.error === undefined && now < this.#staleUntil(entry);
    return isServed ? entry.value : undefined;
  }

  set(key: string, value: number, now: number): void {
    // What was there is out of date, whether or not the new value can be stored; a replaced entry evicts nothing.
    if (this.#isWorthless()) this.invalidate(key);
    this.#store(key, { value, error: undefined, storedAt: now }, now);
  }

  invalidate(key: string): void {
    this.#entries = this.#entries.filter(([other]) => other !== key);
  }

  clear(): void {
    this.#entries = [];
  }

  #serve(key: string, entry: ModelEntry, now: number): ModelAnswer | undefined {
    if (entry.error !== undefined) {
      if (now < entry.storedAt + this.#options.errorTtl) {
        this.counts.hits++;
        return { error: entry.error };
      }
    } else if (now < entry.storedAt + this.#options.ttl) {
      this.counts.hits++;
      return { value: entry.value };
    }
    if (entry.error === undefined && now < this.#staleUntil(entry)) return undefined;
    if (entry.error !== undefined || now >= entry.storedAt + this.#options.ttl + this.#options.staleIfError) {
      this.#entries = this.#entries.filter(([other]) => other !== key);
    }
    return undefined;
  }

  #run(key: string, now: number): ModelAnswer {
    this.counts.loads++;
    try {
      const value = this.#load(key);
      this.#store(key, { value, error: undefined, storedAt: now }, now);
      return { value };
    } catch (thrown) {
      const error = thrown as Error;
      this.counts.loadErrors++;
      return this.#fail(key, error, now);
    }
  }

  #fail(key: string, error: Error, now: number): ModelAnswer {
    const entry = this.#find(key);
    const { ttl, staleIfError, errorTtl } = this.#options;
    if (entry !== undefined && entry.error === undefined) {
      if (now < entry.storedAt + ttl + staleIfError && staleIfError > 0) return { value: entry.value };
      if (now < this.#staleUntil(entry)) return { value: entry.value };
    }
    if (errorTtl > 0) this.#store(key, { value: NaN, error, storedAt: now }, now);
    return { error };
  }

  #store(key: string, entry: ModelEntry, now: number): void {
    if (entry.error === undefined && this.#isWorthless()) return;
    this.#entries = this.#entries.filter(([other]) => other !== key);
    this.#entries.push([key, entry]);
    if (this.#entries.length <= this.#options.maxEntries) return;
    const [evicted] = this.#entries.splice(0, 1);
    if (evicted !== undefined && this.#isUseful(evicted[1], now)) this.counts.evictions++;
  }

  /** Whether no value could ever be served from an entry. */
  #isWorthless(): boolean {
    const { ttl, staleWhileRevalidate, staleIfError } = this.#options;
    return ttl === 0 && staleWhileRevalidate === 0 && staleIfError === 0;
  }

  #isUseful(entry: ModelEntry, now: number): boolean {
    if (entry.error !== undefined) return now < entry.storedAt + this.#options.errorTtl;
    return now < this.#staleUntil(entry) || now < entry.storedAt + this.#options.ttl + this.#options.staleIfError;
  }

  #staleUntil(entry: ModelEntry): number {
    return entry.storedAt + this.#options.ttl + this.#options.staleWhileRevalidate;
  }

  #use(key: string): ModelEntry | undefined {
    const entry = this.#find(key);
    if (entry === undefined) return undefined;
    this.#entries = [...this.#entries.filter(([other]) => other !== key), [key, entry]];
    return entry;
  }

  #find(key: string): ModelEntry | undefined {
    return this.#entries.find(([other]) => other === key)?.[1];
  }
}
