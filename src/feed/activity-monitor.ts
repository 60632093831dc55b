import type { Clock, Timer } from '../core/clock.js';
import { ArgumentError, ClosedError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { registerClosable } from '../core/life-cycle.js';
import { show } from '../core/show.js';
import { TimerQueue } from '../core/timer-queue.js';
import type { TopicSource } from '../core/topic-source.js';
import {
  type ActivityErrorContext,
  type ActivityExplanation,
  type ActivityMonitorOptions,
  type ActivityPlan,
  type ActivityStats,
  readActivityOptions,
  readKeySilence,
  type Silence,
  type WatchKeyOptions,
} from './activity-monitor-options.js';
import { type SilenceListener, watchedSource } from './activity-monitor-source.js';

/*
 * One timer for all keys. It is set to the earliest time at which some key could be silent. An activity writes
 * down its time and nothing else; when the timer fires, a key that was active meanwhile is put back into the
 * queue with its new time. So a key costs one place in a heap per `silence`, however active it is, and nothing
 * is looked at that cannot be silent yet.
 */

interface Watched {
  readonly key: string;
  silence: number;
  /** When it was last active, or first watched, in milliseconds of the clock. */
  last: number;
  noted: number;
  isSilent: boolean;
  /** Its place in the queue; none while silent, and for ever when its silence is Infinity. */
  place: ReturnType<TimerQueue['add']> | undefined;
  /** Told besides `onSilent` and `onActive`. */
  readonly listeners: Set<SilenceListener>;
}

/**
 * Tells when something that should happen again and again has not happened for too long, once per silence.
 *
 * For topics of a feed, through `over(source)`, and for the bot itself: `note('signal')` with each signal, and
 * after ten minutes without one there is one alert. A key is watched from its first note or from `watch`, so
 * that one that never begins is told as well. A silence is told when its time has come and never earlier.
 *
 * Cost: a Map look-up and a look at the clock per note; one timer for all keys, none while there is no key.
 *
 * @example
 * const monitor = new ActivityMonitor({ onSilent: (key) => alert(`no ${key} for 10 minutes`) });
 * monitor.watch('signal', { silence: 600_000 });
 * strategy.onSignal(() => monitor.note('signal'));
 */
export class ActivityMonitor implements AsyncDisposable {
  readonly #plan: ActivityPlan;
  readonly #clock: Clock;
  readonly #failures: FailureReporter<ActivityErrorContext>;
  readonly #keys = new Map<string, Watched>();
  #queue = new TimerQueue();
  #timer: Timer | undefined;
  #timerDue = Infinity;
  #noted = 0;
  #refused = 0;
  #alerts = 0;
  #isClosed = false;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: ActivityMonitorOptions = {}) {
    this.#plan = readActivityOptions(options);
    this.#clock = this.#plan.clock;
    this.#failures = new FailureReporter('ActivityMonitor', this.#plan.onError);
    registerClosable('feed', this);
  }

  /**
   * Notes an activity. An unknown key is watched from now on, or, beyond `maxKeys`, refused and counted.
   * @throws ArgumentError when `key` is not a text.
   * @throws ClosedError after `close`.
   */
  note(key: string): void {
    const watched = this.#keys.get(key) ?? this.#add(key, this.#plan.silence);
    if (watched === undefined) {
      this.#refused++;
      return;
    }
    const silentFor = watched.isSilent ? this.#clock.now() - watched.last : 0;
    watched.last = this.#clock.now();
    this.#noted++;
    const hasBeenActive = watched.noted++ > 0;
    if (watched.isSilent) this.#wake(watched, { silentFor, hasBeenActive });
  }

  /**
   * Watches a key from now on, or changes its silence; what is known of its activity stays.
   * @returns whether it is watched: false for a new key beyond `maxKeys`.
   * @throws ArgumentError when `key` is not a text.
   * @throws ConfigError when an option is unknown or has a wrong value.
   * @throws ClosedError after `close`.
   */
  watch(key: string, options: WatchKeyOptions = {}): boolean {
    const silence = readKeySilence(options) ?? this.#plan.silence;
    const known = this.#keys.get(key);
    if (known === undefined) return this.#add(key, silence) !== undefined;
    this.#unplace(known);
    known.silence = silence;
    // Whether it is silent is told anew by what it is asked now.
    if (known.isSilent && this.#ageOf(known) < silence) this.#wake(known, this.#silenceOf(known));
    else if (!known.isSilent) this.#place(known);
    return true;
  }

  /** Forgets a key; returns whether it was known. Nothing is told. */
  forget(key: string): boolean {
    const known = this.#keys.get(key);
    if (known === undefined) return false;
    this.#unplace(known);
    return this.#keys.delete(key);
  }

  /** Whether a key has been silent for too long; undefined when it is unknown. */
  isSilent(key: string): boolean | undefined {
    return this.#keys.get(key)?.isSilent;
  }

  /**
   * Returns a source that notes every value under its topic, and tells the topic's subscribers `stale` when it
   * is silent for too long and `live` when it goes on. While `failed`, a topic is not watched.
   *
   * The topics are watched while they are subscribed; one beyond `maxKeys` is subscribed and not watched.
   */
  over<Topics extends object>(source: TopicSource<Topics>): TopicSource<Topics> {
    const quiet = {
      note: (key: string): void => (this.#keys.has(key) ? this.note(key) : undefined),
      watch: (key: string): boolean => !this.#isClosed && this.watch(key),
      forget: (key: string): boolean => this.forget(key),
    };
    return watchedSource(source, quiet, (topic, listener) => this.#listen(topic, listener));
  }

  /** Returns the monitor's counters. Cost: one visit per key. */
  stats(): ActivityStats {
    let silent = 0;
    for (const { isSilent } of this.#keys.values()) if (isSilent) silent++;
    const [noted, refused, alerts, failures] = [this.#noted, this.#refused, this.#alerts, this.#failures.count];
    return { keys: this.#keys.size, silent, noted, refused, alerts, failures };
  }

  /** Returns why a key is held to be active or silent. */
  explain(key: string): ActivityExplanation {
    const known = this.#keys.get(key);
    if (known === undefined) {
      const reason = 'neither noted nor watched, or forgotten';
      return { key, state: 'unknown', reason, silentFor: undefined, silence: undefined, noted: 0 };
    }
    const { silence, noted, isSilent } = known;
    const silentFor = this.#ageOf(known);
    const last = noted === 0 ? 'never active since it is watched' : 'last active';
    const reason = `${last}, ${Math.round(silentFor)} ms ago; ${silence} ms are allowed`;
    return { key, state: isSilent ? 'silent' : 'active', reason, silentFor, silence, noted };
  }

  /** Forgets all keys and stops the timer. Nothing is told from here on. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#keys.clear();
    this.#queue = new TimerQueue();
    return Promise.resolve();
  }

  /** As {@link ActivityMonitor.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #add(key: string, silence: number): Watched | undefined {
    if (this.#isClosed) throw new ClosedError('the activity monitor was closed; make a new one');
    if (typeof key !== 'string') throw new ArgumentError(`key must be a text, got ${show(key)}`);
    if (this.#keys.size >= this.#plan.maxKeys) return undefined;
    const last = this.#clock.now();
    const watched: Watched = { key, silence, last, noted: 0, isSilent: false, place: undefined, listeners: new Set() };
    this.#keys.set(key, watched);
    this.#place(watched);
    return watched;
  }

  #listen(key: string, listener: SilenceListener): void {
    this.#keys.get(key)?.listeners.add(listener);
  }

  #place(watched: Watched): void {
    const due = watched.last + watched.silence;
    if (due === Infinity) return;
    watched.place = this.#queue.add(due, () => this.#check(watched));
    if (due < this.#timerDue) this.#setTimer(due);
  }

  #unplace(watched: Watched): void {
    if (watched.place !== undefined) this.#queue.cancel(watched.place);
    watched.place = undefined;
    if (this.#queue.size > 0) return;
    this.#timer?.cancel();
    this.#timerDue = Infinity;
  }

  #setTimer(due: number): void {
    this.#timer?.cancel();
    this.#timerDue = due;
    this.#timer = this.#clock.setTimeout(() => this.#fire(), Math.max(0, due - this.#clock.now()));
    this.#timer.unref();
  }

  #fire(): void {
    this.#timerDue = Infinity;
    const now = this.#clock.now();
    for (let due = this.#queue.takeDue(now); due !== undefined; due = this.#queue.takeDue(now)) due.callback();
    if (!this.#isClosed && this.#queue.size > 0 && this.#queue.earliest < this.#timerDue) {
      this.#setTimer(this.#queue.earliest);
    }
  }

  #check(watched: Watched): void {
    watched.place = undefined;
    if (this.#ageOf(watched) < watched.silence) {
      this.#place(watched);
      return;
    }
    watched.isSilent = true;
    this.#alerts++;
    const silence = this.#silenceOf(watched);
    this.#tell(watched, 'silent');
    this.#call('onSilent', watched.key, silence);
  }

  #wake(watched: Watched, silence: Silence): void {
    watched.isSilent = false;
    this.#place(watched);
    this.#tell(watched, 'active');
    this.#call('onActive', watched.key, silence);
  }

  /** Tells the subscriber of a watched source; one that throws must not end the process from inside a timer. */
  #tell({ key, listeners }: Watched, state: 'silent' | 'active'): void {
    for (const listener of listeners) {
      try {
        listener(state);
      } catch (error) {
        this.#failures.report(error, { key, action: state === 'silent' ? 'onSilent' : 'onActive' });
      }
    }
  }

  #call(action: ActivityErrorContext['action'], key: string, silence: Silence): void {
    const context = { key, action };
    try {
      this.#failures.watch(this.#plan[action]?.(key, silence), context);
    } catch (error) {
      this.#failures.report(error, context);
    }
  }

  #ageOf({ last }: Watched): number {
    return this.#clock.now() - last;
  }

  #silenceOf(watched: Watched): Silence {
    return { silentFor: this.#ageOf(watched), hasBeenActive: watched.noted > 0 };
  }
}
