/**
 * The system clock for code that asks for the time millions of times per second.
 *
 * Reading the machine's clock takes some 40 ns, four times what finding a value in a map takes. Caching a reading until
 * the event loop turns, or for a number of reads, is wrong in a synchronous loop: nobody tells how long the caller
 * worked between two reads. So while there are more than 50 000 reads per second, a thread writes the time into shared
 * memory every millisecond, which takes 1 ns to read. It stops after 100 ms, sleeps without a timer, and is woken when
 * the reads go on. With fewer reads, and until the thread runs, every read is the machine's.
 *
 * The time in memory lags behind by 1 ms, plus what the operating system lets the thread wait for a core; it is never
 * ahead. Whoever reads it asks the machine once in a thousand times: then it is compared, and given up while it lags by
 * more than 5 ms.
 */
import type { Worker } from 'node:worker_threads';
import type { Clock } from './clock.js';
import { systemClock } from './system-clock.js';

/** A clock's time, twice: where it can be read at once, and how it is read exactly. */
export interface HotClock {
  /** [0] the time in milliseconds of the clock's `now()`, or 0 when `read` has to be asked. */
  readonly time: Float64Array;
  /** The exact time. To be asked once in a thousand reads also when `time` is there. */
  readonly read: () => number;
}

/** Reads of the machine's clock per window. */
const WINDOW = 1_024;
/** Longest window, in milliseconds, that counts as many reads. */
const BUSY = 20;
/** Busy windows after which the thread is started: that takes some 30 ms of processor time, waking it next to nothing. */
const PATIENCE = 32;
/** Longest lag that is put up with, in milliseconds. */
const MAX_LAG = 5;

/** [0] the time in milliseconds of `performance.now()` here, or 0 while nobody writes it. */
const time = new Float64Array(new SharedArrayBuffer(8));
/** [0] what the thread sleeps on: the number of times it was woken. */
const wakeUps = new Int32Array(new SharedArrayBuffer(4));
/** The time of a clock that has to be asked. */
const NO_TIME = new Float64Array(1);

/**
 * Writes the time for 100 ms each time it is woken, as a thread. `time` and `wakeUps` as above, `offset` the
 * difference between the monotonic clock of the machine and `performance.now()` of the main thread.
 */
const THREAD = `
const { time, wakeUps, offset } = require('node:worker_threads').workerData;
let seen = 0;
for (;;) {
  Atomics.wait(wakeUps, 0, seen);
  seen = Atomics.load(wakeUps, 0);
  const begin = performance.now();
  while (performance.now() - begin < 100) {
    time[0] = Number(process.hrtime.bigint()) / 1e6 - offset;
    Atomics.wait(wakeUps, 0, seen, 1);
    seen = Atomics.load(wakeUps, 0);
  }
  time[0] = 0;
}`;

let reads = 0;
let windowStart = 0;
let busyWindows = 0;
let thread: Worker | undefined;
let isRefused = false;

/** The fastest way to read a clock: see above for the system clock, any other clock is asked itself. */
export function hotClock(clock: Clock): HotClock {
  return clock === systemClock ? { time, read: readMachine } : { time: NO_TIME, read: () => clock.now() };
}

function readMachine(): number {
  const now = performance.now();
  const shared = time[0] ?? 0;
  if (shared !== 0 && now - shared > MAX_LAG) time[0] = 0;
  if (++reads === WINDOW) countWindow(now);
  return now;
}

function countWindow(now: number): void {
  // No time at all has passed where a test's fake timers have taken the machine's place.
  const isBusy = now > windowStart && now - windowStart < BUSY;
  reads = 0;
  windowStart = now;
  busyWindows = isBusy ? busyWindows + 1 : 0;
  if (!isBusy || isRefused || time[0] !== 0) return;
  if (thread === undefined && busyWindows < PATIENCE) return;
  thread ??= startThread();
  Atomics.add(wakeUps, 0, 1);
  Atomics.notify(wakeUps, 0);
}

function startThread(): Worker | undefined {
  try {
    const offset = measureOffset();
    // Not imported: most programs never need it, and loading it takes 1 ms.
    const threads = process.getBuiltinModule('node:worker_threads');
    const worker = new threads.Worker(THREAD, {
      eval: true,
      workerData: { time, wakeUps, offset },
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 },
    });
    worker.unref();
    worker.once('error', refuse);
    worker.once('exit', refuse);
    return worker;
  } catch {
    refuse();
    return undefined;
  }
}

/**
 * The machine's monotonic clock less `performance.now()`, or a little more, for the time in memory is not to be ahead. Of
 * some measurements the shortest: in between two readings the operating system may run something else for a while.
 */
function measureOffset(): number {
  let offset = 0;
  let shortest = Infinity;
  for (let tries = 0; tries < 8; tries++) {
    const begin = performance.now();
    const machine = Number(process.hrtime.bigint()) / 1e6;
    const took = performance.now() - begin;
    if (took >= shortest) continue;
    shortest = took;
    offset = machine - begin;
  }
  return offset;
}

/** Without a thread, say where the process may not start one, every read is the machine's. */
function refuse(): void {
  isRefused = true;
  time[0] = 0;
}
