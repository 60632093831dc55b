import type { Clock } from 'tickwise/core';
import type { BotJob, SymbolJob } from '../bot/job.js';
import type { BotResult } from '../bot/result.js';
import { Analyst, type Opinion } from './analyst.js';
import { ModelLink } from './model-link.js';
import type { Moment } from './moment.js';

/** Where the models run. */
export interface Models {
  /** What they say of each symbol at a boundary; in the order of the job, `undefined` where no bar ended. */
  opinionsOf(moments: readonly (Moment | undefined)[]): Promise<readonly (Opinion | undefined)[]>;
  /** Ends them. Answers how often the caches of other threads had the answer. */
  close(): Promise<BotResult['cacheHits']>;
}

/** The models of a job, in this thread or in as many workers as it asks for. */
export function modelsOf(job: BotJob, clock: Clock): Models {
  if (job.workers === undefined) return new LocalModels(job, clock);
  const { program } = job.workers;
  const count = Math.min(job.workers.count, job.symbols.length);
  const shares = Array.from({ length: count }, (_, worker) =>
    job.symbols.filter((_symbol, index) => index % count === worker),
  );
  return new ModelWorkers(shares.map((symbols) => new ModelLink(program, { ...job, symbols })));
}

class LocalModels implements Models {
  readonly #analyst: Analyst;

  constructor(job: BotJob, clock: Clock) {
    this.#analyst = new Analyst(job, clock);
  }

  opinionsOf(moments: readonly (Moment | undefined)[]): Promise<readonly (Opinion | undefined)[]> {
    return Promise.resolve(moments.map((moment) => moment && this.#analyst.opinionOf(moment)));
  }

  close(): Promise<BotResult['cacheHits']> {
    return Promise.resolve({});
  }
}

/** Gives each symbol to one worker, and waits for all at every boundary: the rows come in the same order. */
class ModelWorkers implements Models {
  readonly #links: readonly ModelLink[];
  readonly #linkOf: ReadonlyMap<SymbolJob['symbol'], ModelLink>;

  constructor(links: readonly ModelLink[]) {
    this.#links = links;
    this.#linkOf = new Map(links.flatMap((link) => link.symbols.map((symbol) => [symbol, link])));
  }

  async opinionsOf(moments: readonly (Moment | undefined)[]): Promise<readonly (Opinion | undefined)[]> {
    for (const moment of moments) if (moment !== undefined) this.#linkOf.get(moment.symbol)?.send(moment);
    const opinions = new Map<string, Opinion>();
    await Promise.all(this.#links.map((link) => link.collect(opinions)));
    return moments.map((moment) => moment && opinions.get(moment.symbol));
  }

  async close(): Promise<BotResult['cacheHits']> {
    const all = await Promise.all(this.#links.map((link) => link.close()));
    const sums: Record<string, { calls: number; hits: number; expired: number }> = {};
    for (const [name, { calls, hits, expired = 0 }] of all.flatMap((caches) => Object.entries(caches))) {
      const sum = (sums[name] ??= { calls: 0, hits: 0, expired: 0 });
      sum.calls += calls;
      sum.hits += hits;
      sum.expired += expired;
    }
    return sums;
  }
}
