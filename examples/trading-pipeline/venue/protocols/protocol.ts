import type { VenueLimits } from '../limits.js';

/** What a protocol may know of the connection that asks. */
export interface Asker {
  /** Identifies the connection in the venue's answers. */
  readonly id: string;
  /** Names of the streams subscribed to. */
  readonly topics: Iterable<string>;
  /** True when the venue has such a stream. */
  knows(topic: string): boolean;
}

/** What a venue does with a client's message. */
export interface Answer {
  readonly kind: 'subscribe' | 'unsubscribe' | 'other';
  /** Texts to send back, in order. */
  readonly replies: readonly string[];
  /** Streams to add. */
  readonly added?: readonly string[];
  /** Streams to take away. */
  readonly removed?: readonly string[];
  /** Requests or streams that were refused. */
  readonly refused?: number;
}

/** How one venue talks with its clients. Keeps no state of connections. */
export interface VenueProtocol {
  readonly limits: VenueLimits;
  /** Sent to a client that has connected. */
  greeting?(): string;
  /** Streams that the address of a connection subscribes to. */
  topicsOfUrl?(url: URL): readonly string[];
  /** True when frames on a connection with this address come without their stream's name. */
  isRaw?(url: URL): boolean;
  /** A frame without its stream's name. */
  unwrap?(text: string): string;
  /** A stream that comes to every client with a subscription, without being asked for. */
  readonly broadcast?: string;
  answer(text: string, asker: Asker): Answer;
}

/** Why a subscription goes beyond the venue's limits, if it does. */
export function brokenLimit(limits: VenueLimits, asker: Asker, added: readonly string[]): string | undefined {
  if (added.length > limits.topicsPerRequest) return `args size >${limits.topicsPerRequest}`;
  const all = new Set([...asker.topics, ...added]);
  if (all.size > limits.topicsPerConnection) return `more than ${limits.topicsPerConnection} streams`;
  let characters = 0;
  for (const topic of all) characters += topic.length;
  return characters > limits.topicCharacters ? `args longer than ${limits.topicCharacters} characters` : undefined;
}

/** The JSON value of a text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
