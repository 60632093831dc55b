import { ArgumentError, ConfigError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { AnyFeedEvent } from './event.js';
import type { ConflateOptions } from './feed-options.js';
import type { FeedProtocol } from './protocol.js';

/** Which topics of a pool are conflated, and how. */
export interface Conflation {
  /** What stands before the topic in a frame of the venue. */
  readonly prefix: string;
  /** Milliseconds between two values of a topic; 0 is a turn of the event loop. */
  readonly interval: number;
  /** Whether only the newest frame of a topic is wanted. */
  readonly isConflated: (topic: string) => boolean;
  /** @throws ArgumentError when a topic is to be conflated whose frames hold only what changed. */
  readonly check: (topic: string) => void;
}

/**
 * What the option `conflate` means for a venue.
 * @throws ConfigError when its frames do not begin with their topic.
 */
export function conflationOf<Event extends AnyFeedEvent>(
  { name, conflation: { prefix, isWhole } }: FeedProtocol<Event>,
  options: ConflateOptions | undefined,
): Conflation | undefined {
  if (options === undefined) return undefined;
  if (prefix === '') throw new ConfigError(`FeedPool: conflate needs a protocol with a prefix, ${name} has none`);
  return {
    prefix,
    interval: options.interval ?? 0,
    isConflated: options.topics,
    check: (topic) => {
      if (!options.topics(topic) || isWhole(topic)) return;
      throw new ArgumentError(
        `topic to conflate must hold the whole state in each frame, got ${show(topic)} of ${name}`,
      );
    },
  };
}
