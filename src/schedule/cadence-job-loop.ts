import type { Clock, Timer } from '../core/clock.js';
import { isThenable } from '../core/failures.js';
import type { CadenceJob, MissedSlots } from './cadence-options.js';
import type { SlotGrid } from './slot-grid.js';

/*
 * One job's way from slot to slot.
 *
 * The timer follows monotonic time while slots are wall times, and Node's timers may fire up to 1.5 ms early. So
 * whenever the timer fires the wall time is read again, and the loop waits on if the slot has not come. Wall time
 * that was set forward shows as slots that have passed; set back, as a slot too far away.
 */

/** Longest sleep, in milliseconds: wall time set forward is noticed after this long at the latest. */
const LONGEST_SLEEP = 60_000;

/** Most slots that a job may be behind when it catches up; older ones are missed. */
const MOST_BEHIND = 1_000;

/** Slots that may wait until the job is free. */
const MOST_LATE: Readonly<Record<MissedSlots, number>> = { skip: 0, 'run-once': 1, 'catch-up': MOST_BEHIND };

/** Shortest sleep, in milliseconds. Less could vanish in the rounding of a large `now` and never end. */
const SHORTEST_SLEEP = 0.01;

/** Counters of one job. */
export interface CadenceJobStats {
  /** Runs started. */
  readonly runs: number;
  /** Slots without a run: they came while the job ran, or passed while the process or the wall clock left them out. */
  readonly missed: number;
  /** Runs that threw or rejected. */
  readonly failures: number;
}

/** How a loop is told to work. */
interface JobLoopSettings {
  /** What runs; a promise it returned counts as its run until it settles. */
  readonly job: CadenceJob;
  /** Most runs at once. */
  readonly concurrency: number;
  /** Whether slots pass without a run. */
  readonly isPaused: () => boolean;
  /** When it runs. */
  readonly grid: SlotGrid;
  /** The boundaries that the slots belong to. */
  readonly boundaries: SlotGrid;
  /** Milliseconds between two slots. */
  readonly period: number;
  /** What becomes of a slot that comes while the job is busy. */
  readonly missed: MissedSlots;
  /** Wall time of the slots, and the timer that waits for them. */
  readonly clock: Clock;
  /** Receives what the job threw or rejected with, and its slot in epoch milliseconds. */
  readonly onFailure: (error: unknown, scheduled: number) => void;
  /** Shared by all loops of a job's name. */
  readonly stats: { runs: number; missed: number; failures: number };
}

/** Runs a job at its slots until it is ended. */
export class JobLoop {
  readonly #settings: JobLoopSettings;
  #next: number;
  /** Wall time less monotonic time when `#next` was set. */
  #lead: number;
  #timer: Timer | undefined;
  #running = 0;
  #isEnded = false;
  /** Slots missed since the last run. */
  #missed = 0;
  /** Slots to run as soon as the job is free, in order. */
  readonly #late: number[] = [];

  constructor(settings: JobLoopSettings) {
    this.#settings = settings;
    this.#next = settings.grid.firstFrom(settings.clock.wallTime());
    this.#lead = leadOf(settings.clock);
    this.#sleep();
  }

  /** Starts no more runs. One that is under way ends by itself. */
  end(): void {
    this.#isEnded = true;
    this.#timer?.cancel();
  }

  /** What it waits for, for an explanation. */
  get outlook(): { readonly next: number; readonly running: number; readonly late: number } {
    return { next: this.#settings.grid.timeOf(this.#next), running: this.#running, late: this.#late.length };
  }

  #sleep(): void {
    const { clock, grid } = this.#settings;
    const left = grid.timeOf(this.#next) - clock.wallTime();
    const delay = Math.min(Math.max(left, SHORTEST_SLEEP), LONGEST_SLEEP);
    this.#timer = clock.setTimeout(() => this.#wake(), left <= 0 ? 0 : delay);
  }

  #wake(): void {
    const { clock, grid, period } = this.#settings;
    const time = clock.wallTime();
    const left = grid.timeOf(this.#next) - time;
    if (left <= 0) this.#pass(grid.lastUntil(time));
    else if (left > period && this.#isSetBackByMoreThan(period)) this.#aimAt(grid.firstFrom(time));
    if (!this.#isEnded) this.#sleep();
  }

  /** Then waiting for the old slot would leave periods out. A millisecond more, as wall times are whole ones. */
  #isSetBackByMoreThan(period: number): boolean {
    return this.#lead - leadOf(this.#settings.clock) > period + 1;
  }

  #aimAt(slot: number): void {
    this.#next = slot;
    this.#lead = leadOf(this.#settings.clock);
  }

  /** Deals with the slots up to `latest`, whose time has come. */
  #pass(latest: number): void {
    const { missed } = this.#settings;
    const first = missed === 'catch-up' ? Math.max(this.#next, latest - MOST_BEHIND + 1) : latest;
    this.#miss(first - this.#next);
    this.#aimAt(latest + 1);
    for (let slot = first; slot <= latest; slot++) this.#late.push(slot);
    this.#runLate();
  }

  /** Runs what is late while the job is free, and gives up what may not wait. */
  #runLate(): void {
    const { concurrency, isPaused, missed } = this.#settings;
    while (this.#running < concurrency && !this.#isEnded && !isPaused()) {
      const slot = this.#late.shift();
      if (slot === undefined) return;
      this.#run(slot);
    }
    const given = this.#late.length - (isPaused() ? 0 : MOST_LATE[missed]);
    if (given <= 0) return;
    this.#late.splice(0, given);
    this.#miss(given);
  }

  #miss(count: number): void {
    this.#missed += count;
    this.#settings.stats.missed += count;
  }

  #run(index: number): void {
    const { boundaries, grid, job, stats } = this.#settings;
    const scheduled = grid.timeOf(index);
    const slot = { asOf: boundaries.timeOf(index), scheduled, missed: this.#missed };
    this.#missed = 0;
    stats.runs++;
    try {
      const result: unknown = job(slot);
      if (isThenable(result)) this.#await(result, scheduled);
    } catch (error) {
      this.#fail(error, scheduled);
    }
  }

  #await(result: PromiseLike<unknown>, scheduled: number): void {
    this.#running++;
    const finish = (): void => {
      this.#running--;
      this.#runLate();
    };
    Promise.resolve(result).then(finish, (error: unknown) => {
      this.#fail(error, scheduled);
      finish();
    });
  }

  #fail(error: unknown, scheduled: number): void {
    this.#settings.stats.failures++;
    this.#settings.onFailure(error, scheduled);
  }
}

function leadOf(clock: Clock): number {
  return clock.wallTime() - clock.now();
}
