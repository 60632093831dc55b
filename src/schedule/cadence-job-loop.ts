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
  /** What runs; while a promise it returned is pending it is not run again. */
  readonly job: CadenceJob;
  /** When it runs. */
  readonly grid: SlotGrid;
  /** The boundaries that the slots belong to. */
  readonly boundaries: SlotGrid;
  /** Milliseconds between two slots. */
  readonly period: number;
  /** What becomes of a slot that comes during a run. */
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
  #isRunning = false;
  #isEnded = false;
  /** Slots missed since the last run. */
  #missed = 0;
  /** A slot to run as soon as the job is free. */
  #late: number | undefined;

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
    const passed = latest - this.#next;
    this.#aimAt(latest + 1);
    this.#miss(passed);
    if (!this.#isRunning) {
      this.#run(latest);
    } else if (this.#settings.missed === 'skip') {
      this.#miss(1);
    } else {
      if (this.#late !== undefined) this.#miss(1);
      this.#late = latest;
    }
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
    this.#isRunning = true;
    const finish = (): void => {
      this.#isRunning = false;
      const late = this.#late;
      this.#late = undefined;
      if (late !== undefined && !this.#isEnded) this.#run(late);
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
