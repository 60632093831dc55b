import { disposable } from '../core/disposal.js';
import { ArgumentError, ClosedError, ConfigError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { registerClosable } from '../core/life-cycle.js';
import { show } from '../core/show.js';
import { type CadenceJobStats, JobLoop } from './cadence-job-loop.js';
import {
  type CadenceErrorContext,
  type CadenceJob,
  type CadenceOptions,
  type CadenceSettings,
  readCadenceOptions,
} from './cadence-options.js';
import { SlotGrid } from './slot-grid.js';

/** A cadence's counters: sums over all jobs, and each job by its name. */
export interface CadenceStats extends CadenceJobStats {
  /** Counters of each job that was ever started; jobs of the same name share them. */
  readonly jobs: Readonly<Record<string, CadenceJobStats>>;
}

/** When a job that was started runs next. */
export interface CadenceOutlook {
  /** Its next slot, in epoch milliseconds. */
  readonly next: number;
  /** Its delay within the period, in milliseconds. */
  readonly offset: number;
  /** Runs under way. */
  readonly running: number;
  /** Slots that wait until it is free. */
  readonly late: number;
  /** Whether its slots pass without a run. */
  readonly isPaused: boolean;
}

/** The golden ratio less 1: its multiples, less their whole parts, never come close to one another. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Runs jobs once per period, each at its own offset, without drift and never early.
 *
 * A slot's wall time has come when its job runs. A job never runs more often at once than `concurrency` says, and never
 * delays another: a slot that comes while the job is busy is handled as `missed` says. When the process was busy or asleep, or the wall
 * clock was set forward, the slots that passed meanwhile are missed but for the latest, which runs late. After
 * the wall clock was set back by up to one period a job waits for its next slot, so that none runs twice;
 * by more, it goes on with the slots of the new time. Such steps are noticed within 60 s.
 *
 * Between `pause` and `resume` slots pass without a run and count as missed.
 *
 * Jobs that throw or reject are reported to `onError` and run again at their next slot. Runs plus missed slots are
 * all slots that have passed.
 *
 * A started cadence keeps the process alive until it is disposed.
 *
 * Cost: one timer per job.
 *
 * @example
 * const cadence = new Cadence({ period: 60_000, offsets: { ppo: 0, genetic: 2_000, spectrum: 4_000 } });
 * const running = cadence.start({ ppo: runPpo, genetic: runGenetic, spectrum: runSpectrum });
 * running[Symbol.dispose]();
 */
export class Cadence {
  readonly #settings: CadenceSettings;
  readonly #reporter: FailureReporter<CadenceErrorContext>;
  readonly #stats = new Map<string, { runs: number; missed: number; failures: number }>();
  /** The loops that run, by the name of their job. */
  readonly #loops = new Map<string, Set<JobLoop>>();
  /** Place of each name in the golden-ratio sequence. */
  readonly #places = new Map<string, number>();
  #isPaused = false;
  #isClosed = false;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: CadenceOptions) {
    this.#settings = readCadenceOptions(options);
    this.#reporter = new FailureReporter('Cadence', this.#settings.onError);
    registerClosable('scheduler', this);
  }

  /**
   * Starts jobs by name, from the first slot that has not passed; that may be now. None runs before this returns.
   *
   * Disposing the handle ends them: a run under way finishes, and no other begins.
   * @throws ConfigError when `offsets` names a job that is not among them.
   * @throws ArgumentError when a job is not a function.
   * @throws ClosedError after `close`.
   */
  start(jobs: Readonly<Record<string, CadenceJob>>): Disposable {
    if (this.#isClosed) throw new ClosedError('the cadence is closed');
    const entries = Object.entries(checkJobs(jobs));
    for (const name of this.#settings.offsets.keys()) {
      if (!Object.hasOwn(jobs, name)) {
        throw new ConfigError(
          `Cadence: offsets names ${show(name)}, which is not among the jobs ${show(Object.keys(jobs))}`,
        );
      }
    }
    const { align, clock, phase } = this.#settings;
    const base = (align === 'start' ? clock.wallTime() : 0) + phase;
    const ends = entries.map(([name, job]) => this.#startLoop(name, job, base));
    return disposable(() => {
      for (const end of ends) end();
    });
  }

  /** Whether slots pass without a run. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Starts no more runs until `resume`. Those under way finish; slots that pass meanwhile are missed. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Runs jobs again from their next slots on. */
  resume(): void {
    this.#isPaused = false;
  }

  /** When a job runs next: one answer for each `start` that runs a job of this name. */
  explain(job: string): CadenceOutlook[] {
    const offset = this.#offsetOf(job);
    const isPaused = this.#isPaused;
    return Array.from(this.#loops.get(job) ?? [], ({ outlook: { late, next, running } }) => {
      return { next, offset, running, late, isPaused };
    });
  }

  /** Counters as they are now. */
  stats(): CadenceStats {
    const total = { runs: 0, missed: 0, failures: 0 };
    for (const { runs, missed, failures } of this.#stats.values()) {
      total.runs += runs;
      total.missed += missed;
      total.failures += failures;
    }
    const jobs = Object.fromEntries([...this.#stats].map(([name, counts]) => [name, { ...counts }]));
    return { ...total, jobs };
  }

  /** Ends all jobs that were started: runs under way finish, and no other begins. */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const loops of this.#loops.values()) {
      for (const loop of loops) loop.end();
      loops.clear();
    }
    return Promise.resolve();
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @returns what ends it. */
  #startLoop(name: string, job: CadenceJob, base: number): () => void {
    const { clock, concurrency, missed, period } = this.#settings;
    if (!this.#places.has(name)) this.#places.set(name, this.#places.size);
    const loop = new JobLoop({
      job,
      concurrency,
      isPaused: () => this.#isPaused,
      grid: new SlotGrid(base + this.#offsetOf(name), period),
      boundaries: new SlotGrid(base, period),
      period,
      missed,
      clock,
      stats: this.#statsOf(name),
      onFailure: (error, scheduled) => this.#reporter.report(error, { job: name, scheduled }),
    });
    const loops = this.#loops.get(name) ?? new Set();
    this.#loops.set(name, loops.add(loop));
    return () => {
      loop.end();
      loops.delete(loop);
    };
  }

  #offsetOf(name: string): number {
    const { offsets, period, stagger } = this.#settings;
    const place = stagger === 'golden' ? (this.#places.get(name) ?? 0) : 0;
    return offsets.get(name) ?? Math.floor(((place * GOLDEN) % 1) * period);
  }

  #statsOf(name: string): { runs: number; missed: number; failures: number } {
    const known = this.#stats.get(name);
    if (known !== undefined) return known;
    const fresh = { runs: 0, missed: 0, failures: 0 };
    this.#stats.set(name, fresh);
    return fresh;
  }
}

function checkJobs(jobs: Readonly<Record<string, CadenceJob>>): Readonly<Record<string, CadenceJob>> {
  if (typeof jobs !== 'object' || jobs === null) {
    throw new ArgumentError(`jobs must be an object of functions by name, got ${show(jobs)}`);
  }
  for (const [name, job] of Object.entries(jobs)) {
    if (typeof job !== 'function') throw new ArgumentError(`job ${show(name)} must be a function, got ${show(job)}`);
  }
  return jobs;
}
