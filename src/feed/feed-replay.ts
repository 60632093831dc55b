import type { Clock } from '../core/clock.js';
import { ArgumentError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { readOptions } from '../core/options.js';
import { systemClock } from '../core/system-clock.js';
import type { EndTopic, TopicSource, TopicStatus } from '../core/topic-source.js';
import type { VirtualClock } from '../core/virtual-clock.js';
import type { AnyFeedEvent, FeedEvent } from './event.js';
import { type FeedReplayOptions, type FeedReplayReport, feedReplaySchema } from './feed-replay-options.js';
import { type Line, readLines } from './line-reader.js';
import type { FeedProtocol } from './protocol.js';
import { readLine, type RecordedLine } from './recorded-line.js';

/** Frames between two turns of the event loop at full speed: others get their turn, and an abort is seen. */
const FRAMES_PER_TURN = 256;

/** Milliseconds that the replay may be ahead of its speed before it waits. */
const AHEAD = 1;

interface Subscriber<Event> {
  readonly emit: (event: Event) => void;
  readonly notify: (status: TopicStatus) => void;
}

/**
 * A recording as a source of topics: subscribe first, directly or through a hub, then `play`.
 *
 * Every event of a subscribed topic comes in the order recorded, decoded by the protocol as it would be live. Requests,
 * answers and signs of life of the recorded client are passed over. A line that was torn or a frame that is not
 * understood is counted and reported, never fatal.
 *
 * @example
 * const replay = replayFeed({ files: ['recording.ndjson.gz'], protocol: bybitV5('linear'), drive: clock });
 * replay.subscribe('publicTrade.BTCUSDT', (event) => model.update(event), () => undefined);
 * console.log(await replay.play());
 */
export class FeedReplay<Event extends AnyFeedEvent = FeedEvent> implements TopicSource<Record<string, Event>> {
  readonly #files: readonly string[];
  readonly #protocol: FeedProtocol<Event>;
  readonly #speed: number;
  readonly #drive: VirtualClock | undefined;
  readonly #ioClock: Clock;
  readonly #onSnapshot: FeedReplayOptions<Event>['onSnapshot'];
  readonly #failures: FailureReporter<{ readonly where: 'line' | 'frame' | 'handler'; readonly line: number }>;
  readonly #topics = new Map<string, readonly Subscriber<Event>[]>();
  readonly #report = {
    lines: 0,
    badLines: 0,
    frames: 0,
    events: 0,
    others: 0,
    malformed: 0,
    snapshots: 0,
    delivered: 0,
    t: NaN,
  };
  /** Of the first line: its time, and the time of the clock then. */
  #start: { readonly t: number; readonly at: number } | undefined;
  #line = 0;
  #isPlaying = false;

  /** Use {@link replayFeed}. */
  constructor(options: FeedReplayOptions<Event>) {
    const read = readOptions('replayFeed', feedReplaySchema, options);
    this.#files = [...read.files];
    this.#protocol = options.protocol;
    this.#speed = read.speed ?? Infinity;
    this.#drive = read.drive;
    this.#ioClock = read.ioClock ?? systemClock;
    this.#onSnapshot = read.onSnapshot;
    this.#failures = new FailureReporter('replayFeed', read.onError);
  }

  /**
   * Subscribes to a topic of the recording, which is live at once. Only what is played from now on comes.
   * @throws ArgumentError when the protocol has no such topic.
   */
  subscribe(topic: string, emit: (event: Event) => void, notify: (status: TopicStatus) => void): EndTopic {
    const refusal = this.#protocol.unasked.includes(topic) ? undefined : this.#protocol.refuse(topic);
    if (refusal !== undefined) throw new ArgumentError(`${this.#protocol.name} has no topic ${topic}: ${refusal}`);
    const subscriber = { emit, notify };
    this.#topics.set(topic, [...(this.#topics.get(topic) ?? []), subscriber]);
    notify({ type: 'live' });
    return () => {
      const others = (this.#topics.get(topic) ?? []).filter((other) => other !== subscriber);
      if (others.length > 0) this.#topics.set(topic, others);
      else this.#topics.delete(topic);
    };
  }

  /**
   * Plays the recording from its beginning to its end, once, and then tells all subscribers `closed`.
   * @throws the signal's reason when it aborts, and the error of the file system when a file cannot be read, as
   * rejections; ArgumentError as a rejection when it was played before.
   */
  async play({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<FeedReplayReport> {
    if (this.#isPlaying) throw new ArgumentError('a recording is played once; make another replay of it');
    this.#isPlaying = true;
    try {
      for (const path of this.#files) {
        this.#line = 0;
        for await (const line of readLines(path)) await this.#step(line, signal);
      }
    } finally {
      this.#close();
    }
    return this.stats();
  }

  /** What was done so far, as plain data. */
  stats(): FeedReplayReport {
    return { ...this.#report };
  }

  async #step({ number, text }: Line, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.#line = number;
    this.#report.lines++;
    const line = this.#read(text);
    if (line === undefined) return;
    this.#report.t = line.t;
    if (line.dir !== 'in' || line.text === undefined) return;
    await this.#until(line.t, signal);
    if (line.for === undefined) this.#play(line.text);
    else this.#snapshot(line.for, line.t, line.text);
  }

  #read(text: string | undefined): RecordedLine | undefined {
    try {
      return readLine(text ?? 'a line longer than 16 MiB');
    } catch (error) {
      this.#report.badLines++;
      this.#failures.report(error, { where: 'line', line: this.#line });
      return undefined;
    }
  }

  /** Waits until it is time for a line. */
  async #until(t: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#drive !== undefined) {
      // Lines whose times go back are played at the time reached.
      if (t > this.#drive.wallTime()) await this.#drive.advanceTo(t);
      return;
    }
    if (this.#speed === Infinity) {
      if (this.#report.lines % FRAMES_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      return;
    }
    this.#start ??= { t, at: this.#ioClock.now() };
    const delay = this.#start.at + (t - this.#start.t) / this.#speed - this.#ioClock.now();
    if (delay > AHEAD) await this.#sleep(delay, signal);
  }

  async #sleep(delay: number, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = this.#ioClock.setTimeout(end, delay);
      signal?.addEventListener('abort', end);
    });
    signal?.throwIfAborted();
  }

  #play(text: string): void {
    this.#report.frames++;
    let event: Event;
    try {
      const incoming = this.#protocol.read(this.#protocol.decode(text));
      if (incoming.type !== 'event') {
        this.#report.others++;
        return;
      }
      ({ event } = incoming);
    } catch (error) {
      this.#report.malformed++;
      this.#failures.report(error, { where: 'frame', line: this.#line });
      return;
    }
    this.#report.events++;
    for (const { emit } of this.#topics.get(event.topic) ?? []) {
      this.#report.delivered++;
      this.#call(() => emit(event));
    }
  }

  #snapshot(symbol: string, t: number, text: string): void {
    this.#report.snapshots++;
    this.#call(() => this.#onSnapshot?.({ symbol, t, body: JSON.parse(text) as unknown }));
  }

  #close(): void {
    const reason: TopicStatus = { type: 'closed' };
    const subscribers = [...this.#topics.values()].flat();
    this.#topics.clear();
    for (const { notify } of subscribers) this.#call(() => notify(reason));
  }

  #call(callback: () => unknown): void {
    const context = { where: 'handler', line: this.#line } as const;
    try {
      this.#failures.watch(callback(), context);
    } catch (error) {
      this.#failures.report(error, context);
    }
  }
}

/**
 * Makes a source of a recording in the form that `recordFeed` writes.
 * @throws ConfigError when an option is unknown or has a wrong value.
 */
export function replayFeed<Event extends AnyFeedEvent = FeedEvent>(
  options: FeedReplayOptions<Event>,
): FeedReplay<Event> {
  return new FeedReplay(options);
}
