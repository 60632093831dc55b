import { Worker } from 'node:worker_threads';
import { SharedRing } from 'tickwise/ring';
import type { BotJob } from '../bot/job.js';
import type { BotResult } from '../bot/result.js';
import type { Opinion } from './analyst.js';
import { BAR_FIELDS, type ModelWorkerData, opinionFields, opinionOf, putBar, recordsIn } from './model-records.js';
import type { Moment } from './moment.js';

/** The market's side of a worker that runs models: bars go out through one ring, opinions come back through another. */
export class ModelLink {
  readonly symbols: readonly string[];
  readonly #worker: Worker;
  readonly #writer;
  readonly #opinions;
  readonly #reader;
  readonly #exited: Promise<void>;
  /** Why the worker is gone. */
  #failure: Error | undefined;
  #due = 0;
  #hits: BotResult['cacheHits'] = {};

  /** @param program Path of the built worker. */
  constructor(program: string, job: BotJob) {
    this.symbols = job.symbols.map(({ symbol }) => symbol);
    const capacity = this.symbols.length; // every symbol has one record under way at most
    const bars = new SharedRing({ capacity, fields: BAR_FIELDS });
    this.#opinions = new SharedRing({ capacity, fields: opinionFields(job.models) });
    this.#writer = bars.writer();
    this.#reader = this.#opinions.reader();
    const workerData: ModelWorkerData = { job, bars: bars.handle, opinions: this.#opinions.handle };
    this.#worker = new Worker(program, { workerData });
    this.#worker.once('message', (hits: BotResult['cacheHits']) => (this.#hits = hits));
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.once('error', ({ message }) => this.#fail(`a worker that runs models failed: ${message}`));
    this.#worker.once('exit', (code) => this.#fail(`a worker that runs models ended (exit code ${code})`));
  }

  /** Sends the bar that ended. */
  send(moment: Moment): void {
    const writer = this.#writer;
    putBar(writer.values, writer.claim(), this.symbols.indexOf(moment.symbol), moment);
    writer.commit();
    this.#due++;
  }

  /** Waits for an opinion on each bar that was sent. Rejects when the worker is gone. */
  async collect(opinions: Map<string, Opinion>): Promise<void> {
    this.#writer.flush();
    while (this.#due > 0) {
      await this.#ready();
      for (const record of recordsIn(this.#opinions, this.#reader)) {
        opinions.set(this.symbols[record[0] ?? -1] ?? '', opinionOf(record));
        this.#due--;
      }
    }
  }

  /** Ends the worker. Answers how often its caches had the answer. */
  async close(): Promise<BotResult['cacheHits']> {
    this.#writer.end();
    this.#reader.end();
    await this.#exited;
    return this.#hits;
  }

  /** Waits for opinions. Rejects when the worker is gone. */
  async #ready(): Promise<void> {
    try {
      await this.#reader.ready(Infinity);
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /** Ends the reader, which whoever waits for opinions hears of. */
  #fail(message: string): void {
    this.#failure ??= new Error(message);
    this.#reader.end();
  }
}
