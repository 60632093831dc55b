import { isThenable } from '../core/failures.js';
import type { EndTopic, TopicSource, TopicStatus } from '../core/topic-source.js';

/** Told when a topic has been silent for too long, and when it is active again. */
export type SilenceListener = (state: 'silent' | 'active') => void;

/** What a watched source needs of the monitor; nothing of it throws, also once the monitor is closed. */
interface TopicWatch {
  note(key: string): void;
  watch(key: string): boolean;
  forget(key: string): boolean;
}

/** Adds a listener to a watched topic; it goes when the topic is forgotten. */
type Listen = (topic: string, listener: SilenceListener) => void;

/** One subscription of a watched source: when its topic is watched, and what is told about it. */
class WatchedTopic {
  readonly #topic: string;
  readonly #monitor: TopicWatch;
  readonly #listen: Listen;
  readonly #notify: (status: TopicStatus) => void;
  #isWatched = false;
  #isEnded = false;
  /** Between `failed` and `live`: nothing can be expected. */
  #isDown = false;

  constructor(topic: string, monitor: TopicWatch, listen: Listen, notify: (status: TopicStatus) => void) {
    this.#topic = topic;
    this.#monitor = monitor;
    this.#listen = listen;
    this.#notify = notify;
  }

  /** The source has sent a value. */
  active(): void {
    if (this.#isWatched) this.#monitor.note(this.#topic);
  }

  /** The source has said something about the topic: it is watched while values can be expected. */
  told(status: TopicStatus): void {
    if (status.type === 'live') {
      this.#isDown = false;
      this.start();
    } else if (status.type === 'failed' || status.type === 'closed') {
      this.#isDown = true;
      this.#stop();
    }
    this.#notify(status);
  }

  /** Watches from now on, unless there is nothing to be expected. */
  start(): void {
    if (this.#isWatched || this.#isEnded || this.#isDown || !this.#monitor.watch(this.#topic)) return;
    this.#isWatched = true;
    this.#listen(this.#topic, (state) => this.#notify({ type: state === 'silent' ? 'stale' : 'live' }));
  }

  /** The hub has ended the subscription. */
  end(): void {
    this.#isEnded = true;
    this.#stop();
  }

  #stop(): void {
    if (!this.#isWatched) return;
    this.#isWatched = false;
    this.#monitor.forget(this.#topic);
  }
}

/** A source whose topics are watched while they are subscribed. */
export function watchedSource<Topics extends object>(
  source: TopicSource<Topics>,
  monitor: TopicWatch,
  listen: Listen,
): TopicSource<Topics> {
  return {
    subscribe(topic, emit, notify) {
      const watched = new WatchedTopic(topic, monitor, listen, notify);
      const begin = (end: EndTopic): EndTopic => {
        watched.start();
        return () => {
          watched.end();
          return end();
        };
      };
      const answer = source.subscribe(
        topic,
        (value) => {
          watched.active();
          emit(value);
        },
        (status) => watched.told(status),
      );
      return isThenable(answer) ? Promise.resolve(answer).then(begin) : begin(answer);
    },
  };
}
