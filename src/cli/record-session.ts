import type { Clock } from '../core/clock.js';
import { PeerMissingError } from '../core/errors.js';
import { FeedPool } from '../feed/feed-pool.js';
import { type FeedRecorder, recordFeed } from '../feed/feed-recorder.js';
import type { Output } from './verb.js';
import type { Venue } from './venues.js';

/** What is to be recorded. */
export interface RecordingPlan {
  /** The venue's name, as the user wrote it. */
  readonly name: string;
  /** What is known of the venue. */
  readonly venue: Venue;
  /** Streams to subscribe to. */
  readonly topics: readonly string[];
  /** Address in the place of the venue's own. */
  readonly url: string | undefined;
  /** Folder of the file. */
  readonly folder: string;
  /** Whether the file is packed. */
  readonly isPacked: boolean;
  /** How long, in milliseconds. */
  readonly duration: number;
}

/** Time between two lines of progress, in milliseconds. */
const PROGRESS_EVERY = 1_000;

/** Bytes of one file before packing; more than a week of any venue, so that there is one file. */
const ONE_FILE = 2 ** 50;

/** Records until the time is over, the user interrupts or it makes no sense to go on. @returns the exit code. */
export async function runRecording(plan: RecordingPlan, output: Output, clock: Clock): Promise<number> {
  const session = new RecordingSession(plan, output, clock);
  return await session.run();
}

class RecordingSession {
  readonly #plan: RecordingPlan;
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;
  #startedAt = 0;
  #isOver = false;
  /** Openings are lines of the file and no frames. */
  #openings = 0;
  #path: string | null = null;
  /** Why it ended before its time, or what the file is not whole for; undefined when all is well. */
  #failure: string | undefined;

  constructor(plan: RecordingPlan, output: Output, clock: Clock) {
    this.#plan = plan;
    this.#output = output;
    this.#clock = clock;
    this.#ended = new Promise((resolve) => (this.#end = resolve));
  }

  async run(): Promise<number> {
    const pool = this.#pool();
    const recorder = this.#recorder(pool);
    if (recorder === undefined) return this.#complain();
    pool.tap(({ dir }) => {
      if (dir === 'open') this.#openings++;
    });
    const interrupt = this.#output.onInterrupt?.(this.#end);
    this.#startedAt = this.#clock.now();
    const timer = this.#clock.setTimeout(this.#end, this.#plan.duration);
    const ticking = this.#tick(pool, recorder);
    this.#subscribe(pool);

    await this.#ended;
    this.#isOver = true;
    timer.cancel();
    ticking[Symbol.dispose]();
    await pool.close();
    await recorder.flush();
    this.#path = recorder.stats().path ?? this.#path;
    await recorder.close();
    interrupt?.[Symbol.dispose]();
    this.#output.progress?.('');
    return this.#conclude(recorder);
  }

  #pool(): FeedPool {
    const { venue, url } = this.#plan;
    const pool: FeedPool = new FeedPool({
      protocol: venue.protocol(),
      url,
      ioClock: this.#clock,
      onError: (error, { where }) => {
        // A venue that was never reached is not there; one that was will be back.
        if (where === 'connect' && this.#openings === 0) this.#fail(`cannot be reached: ${messageOf(error)}`);
      },
    });
    return pool;
  }

  #recorder(pool: FeedPool): FeedRecorder | undefined {
    const { name, folder, isPacked } = this.#plan;
    try {
      return recordFeed(pool, {
        folder,
        name: name.replace(':', '-'),
        compress: isPacked ? 'gzip' : 'none',
        maxBytes: ONE_FILE,
        maxAge: Infinity,
        ioClock: this.#clock,
        onError: (error, { path }) => this.#failFile(path, error),
      });
    } catch (error) {
      this.#failFile(folder, error);
      return undefined;
    }
  }

  #subscribe(pool: FeedPool): void {
    for (const topic of this.#plan.topics) {
      this.#ask(pool, topic).catch((error: unknown) => {
        // Those that wait when the recording ends are rejected too.
        if (!this.#isOver)
          this.#fail(error instanceof PeerMissingError ? messageOf(error) : `${topic}: ${messageOf(error)}`);
      });
    }
  }

  /** What it throws at once is a rejection too. */
  async #ask(pool: FeedPool, topic: string): Promise<unknown> {
    return await pool.subscribe(topic, () => undefined);
  }

  /** Shows how it goes, every second. */
  #tick(pool: FeedPool, recorder: FeedRecorder): Disposable {
    let timer = this.#clock.setTimeout(() => undefined, 0);
    const again = (): void => {
      timer = this.#clock.setTimeout(() => {
        this.#path = recorder.stats().path ?? this.#path;
        this.#output.progress?.(this.#progress(pool, recorder));
        again();
      }, PROGRESS_EVERY);
    };
    again();
    return { [Symbol.dispose]: () => timer.cancel() };
  }

  #progress(pool: FeedPool, recorder: FeedRecorder): string {
    const { live, connections, reconnects } = pool.stats();
    const { topics, duration, name } = this.#plan;
    const seconds = Math.round((this.#clock.now() - this.#startedAt) / 1_000);
    const state = connections === 0 ? 'connecting' : `${live} of ${topics.length} streams`;
    const again = reconnects === 0 ? '' : `, ${reconnects} reconnections`;
    const frames = (recorder.stats().frames - this.#openings).toLocaleString('en');
    return `${name}: ${frames} frames, ${state}${again}, ${seconds} of ${Math.round(duration / 1_000)} s`;
  }

  #conclude(recorder: FeedRecorder): number {
    const { written, dropped, failed } = recorder.stats();
    const frames = Math.max(0, written - this.#openings);
    if (dropped + failed > 0) this.#failure ??= `${dropped + failed} frames could not be written`;
    if (this.#path !== null && written > 0) {
      const seconds = ((this.#clock.now() - this.#startedAt) / 1_000).toFixed(1);
      this.#output.print(`${frames.toLocaleString('en')} frames of ${seconds} s written to ${this.#path}`);
      const { code } = this.#plan.venue;
      this.#output.print(`Play it back: replayFeed({ files: ['${this.#path}'], protocol: ${code} })`);
    }
    return this.#failure === undefined ? 0 : this.#complain();
  }

  #complain(): number {
    this.#output.complain(`tickwise record: ${this.#plan.name}: ${inPlainSight(this.#failure ?? 'failed')}`);
    return 1;
  }

  #fail(what: string): void {
    this.#failure ??= what;
    this.#end();
  }

  #failFile(path: string, error: unknown): void {
    this.#fail(`${path === '' ? this.#plan.folder : path} cannot be written: ${messageOf(error)}`);
  }
}

/** Without what steers a terminal: a venue's words are part of it. */
function inPlainSight(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

/** In words; an error of several addresses has none of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
