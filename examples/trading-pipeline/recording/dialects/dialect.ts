import type { Market, Topic, Venue } from '../recording.js';

/** A JSON object read from outside; its fields are checked where they are used. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a received message is: a frame of a stream, or the venue's talk about the connection. */
export type Received =
  | { readonly kind: 'control' }
  | { readonly kind: 'frame'; readonly topic: Topic; readonly venue: Venue; readonly market: Market };

/** What the address of a connection tells. */
export interface Opened {
  /** Only given where the address alone decides it. */
  readonly market?: Market;
  readonly topics: readonly Topic[];
}

/** How one venue writes its frames. */
export interface Dialect {
  /** Reads the address of a connection; undefined when it is not this venue's. */
  opened(url: URL): Opened | undefined;
  /** Streams that a client's message subscribes to. */
  subscribed(message: JsonObject): readonly Topic[];
  /** Reads a received message; undefined when this venue does not write such. */
  received(message: unknown): Received | undefined;
}

/** Talk about the connection, not a frame. */
export const control: Received = { kind: 'control' };

/** True for an object that is no array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The texts among the members of a value that should be an array. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
