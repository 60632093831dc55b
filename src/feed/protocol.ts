import * as z from 'zod/mini';
import { callback, claim, duration, readOptions, text } from '../core/options.js';
import type { AnyFeedEvent, FeedEvent } from './event.js';
import { limitsSchema, NO_LIMITS, type VenueLimits } from './limits.js';
import type { OrderBookOptions } from './order-book-options.js';

/** What a decoded frame means. */
export type Incoming<Event extends AnyFeedEvent = FeedEvent> =
  /** Data for one topic. */
  | { readonly type: 'event'; readonly event: Event }
  | Acknowledgement
  /** The answer to a ping sent as text, or another sign of life that nobody subscribes to. */
  | { readonly type: 'alive' }
  /** The venue pings with text and expects `reply`. */
  | { readonly type: 'ping'; readonly reply: string }
  /** The venue is about to end this connection: another takes its place first. */
  | { readonly type: 'ending' }
  /** A frame the protocol does not know. */
  | { readonly type: 'unknown' };

/**
 * A venue's answer to a subscribe or unsubscribe frame.
 *
 * Matched by the first of these that is given: `id`, `topics` and `refused`, `current`. With none of
 * them it answers the oldest frame without an answer.
 */
export interface Acknowledgement {
  /** Marks it among the meanings of a frame. */
  readonly type: 'ack';
  /** Id of the request it answers. */
  readonly id?: number | undefined;
  /** Topics it answers. */
  readonly topics?: readonly string[] | undefined;
  /** Topics it refuses. */
  readonly refused?: readonly string[] | undefined;
  /** All topics the connection now has, for venues that answer with the whole list. */
  readonly current?: readonly string[] | undefined;
  /** Why the request was refused; absent when it was accepted. */
  readonly error?: string | undefined;
}

/** What a request asks for. */
export type RequestAction = 'subscribe' | 'unsubscribe';

/** How a connection proves that it is alive. */
export interface Heartbeat {
  /** Time between two pings, in milliseconds; Infinity sends none. */
  readonly every: number;
  /** A connection on which nothing arrives for this long after a ping is given up, in milliseconds. */
  readonly timeout: number;
  /** `'frame'` sends a WebSocket ping frame, a function makes the text of one. */
  readonly ping: 'frame' | ((id: number) => string);
}

/** How frames that need not be parsed are known. */
export interface ConflationRules {
  /** What stands before the topic at the very start of a frame: `{"topic":"`. Frames that begin otherwise are parsed. */
  readonly prefix: string;
  /** Whether each frame of a topic holds the whole state, so that the newest one makes all before it needless. */
  readonly isWhole: (topic: string) => boolean;
}

/** What a user states about a venue; see {@link FeedProtocol} for the defaults. */
export interface ProtocolDefinition<Event extends AnyFeedEvent = FeedEvent> {
  /** Name for messages and statistics. */
  readonly name: string;
  /** WebSocket address, `ws:` or `wss:`. */
  readonly url: string;
  /** Address for one topic, for venues that spread their streams. @default the url */
  readonly urlFor?: ((topic: string) => string) | undefined;
  /** What the venue allows. @default no limits */
  readonly limits?: Partial<VenueLimits> | undefined;
  /** Signs of life. @default a ping frame every 20 s, 10 s to answer */
  readonly heartbeat?: Partial<Heartbeat> | undefined;
  /** Topics the venue sends without being asked (status, heartbeat). @default none */
  readonly unasked?: readonly string[] | undefined;
  /** Why a topic cannot be subscribed; undefined when it can. @default every topic can */
  readonly refuse?: ((topic: string) => string | undefined) | undefined;
  /** Only topics of one group share a frame. @default all are one group */
  readonly group?: ((topic: string) => string) | undefined;
  /** The text of a request. Its id is unique on the connection. */
  readonly request: (action: RequestAction, topics: readonly string[], id: number) => string;
  /** Turns a frame's text into a value. @default JSON.parse */
  readonly decode?: ((text: string) => unknown) | undefined;
  /** Says what a decoded frame means. It may throw: the frame then counts as malformed. */
  readonly read: (message: unknown) => Incoming<Event>;
  /**
   * What makes an event the same as one of another connection, while one takes the place of the other: a sequence number
   * or an id, for instance. @default the JSON of `raw`, for venues that send all connections the same text
   */
  readonly identify?: ((event: AnyFeedEvent) => string | number) | undefined;
  /** Which of its frames can be dropped unread when a newer one comes. @default none */
  readonly conflation?: ConflationRules | undefined;
  /** Options of an OrderBook for a book topic. @default none */
  readonly book?: ((topic: string) => OrderBookOptions) | undefined;
}

/** A venue's WebSocket language, complete and frozen. */
export type FeedProtocol<Event extends AnyFeedEvent = FeedEvent> = {
  readonly [Field in keyof ProtocolDefinition<Event> as Exclude<Field, 'limits' | 'heartbeat'>]-?: Exclude<
    ProtocolDefinition<Event>[Field],
    undefined
  >;
} & {
  /** What the venue allows. */
  readonly limits: VenueLimits;
  /** Signs of life. */
  readonly heartbeat: Heartbeat;
};

/** What a user may replace in a protocol of this package. */
export interface ProtocolOverrides {
  /** WebSocket address for all topics. */
  readonly url?: string | undefined;
  /** Limits to replace. */
  readonly limits?: Partial<VenueLimits> | undefined;
  /** Signs of life to replace. */
  readonly heartbeat?: Partial<Heartbeat> | undefined;
}

const DEFAULT_HEARTBEAT: Heartbeat = { every: 20_000, timeout: 10_000, ping: 'frame' };

const heartbeatSchema = z.strictObject({
  every: z.optional(duration({ min: 1, allowInfinity: true })),
  timeout: z.optional(duration({ min: 1 })),
  ping: z.optional(
    claim<Heartbeat['ping']>(`'frame' or a function`, (value) => value === 'frame' || typeof value === 'function'),
  ),
});

const schema = z.strictObject({
  name: text(),
  url: webSocketUrl(),
  urlFor: z.optional(callback()),
  limits: z.optional(limitsSchema),
  heartbeat: z.optional(heartbeatSchema),
  unasked: z.optional(claim('an array of texts', isTexts)),
  refuse: z.optional(callback()),
  group: z.optional(callback()),
  request: callback(),
  decode: z.optional(callback()),
  read: callback(),
  identify: z.optional(callback()),
  conflation: z.optional(
    z.strictObject({ prefix: claim('a text', (value) => typeof value === 'string'), isWhole: callback() }),
  ),
  book: z.optional(callback()),
});

const overridesSchema = z.strictObject({
  url: z.optional(webSocketUrl()),
  limits: z.optional(limitsSchema),
  heartbeat: z.optional(heartbeatSchema),
});

/**
 * Completes a venue's protocol with defaults and checks it.
 *
 * @throws ConfigError when a field is unknown, missing or of the wrong type.
 * @example
 * const venue = defineProtocol({
 *   name: 'my-venue',
 *   url: 'wss://example.test/ws',
 *   request: (action, topics, id) => JSON.stringify({ op: action, args: topics, id }),
 *   read: (message) => readMessage(message),
 * });
 */
export function defineProtocol<Event extends AnyFeedEvent = FeedEvent>(
  definition: ProtocolDefinition<Event>,
): FeedProtocol<Event> {
  readOptions('defineProtocol', schema, definition);
  const { url } = definition;
  return Object.freeze({
    name: definition.name,
    url,
    urlFor: definition.urlFor ?? (() => url),
    limits: Object.freeze({ ...NO_LIMITS, ...given(definition.limits) }),
    heartbeat: Object.freeze({ ...DEFAULT_HEARTBEAT, ...given(definition.heartbeat) }),
    unasked: Object.freeze([...(definition.unasked ?? [])]),
    refuse: definition.refuse ?? (() => undefined),
    group: definition.group ?? (() => ''),
    request: definition.request,
    decode: definition.decode ?? ((frame: string): unknown => JSON.parse(frame)),
    read: definition.read,
    identify: definition.identify ?? ((event): string => JSON.stringify(event.raw)),
    conflation: definition.conflation ?? { prefix: '', isWhole: () => false },
    book: definition.book ?? (() => ({})),
  });
}

/**
 * A venue's definition with a user's replacements; a replaced url serves every topic.
 * @throws ConfigError when a replacement is unknown or of the wrong type.
 */
export function override<Event extends AnyFeedEvent>(
  definition: ProtocolDefinition<Event>,
  overrides: ProtocolOverrides | undefined,
): FeedProtocol<Event> {
  const { url, limits, heartbeat } = readOptions(definition.name, overridesSchema, overrides ?? {});
  return defineProtocol({
    ...definition,
    url: url ?? definition.url,
    urlFor: url === undefined ? definition.urlFor : undefined,
    limits: { ...definition.limits, ...given(limits) },
    heartbeat: { ...definition.heartbeat, ...given(heartbeat) },
  });
}

/** Whether a value has what the pool calls on a protocol. */
export function isProtocol(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string): boolean => typeof Reflect.get(value, name) === 'function';
  return ['urlFor', 'refuse', 'group', 'request', 'decode', 'read'].every(has) && 'limits' in value;
}

/** A WebSocket address. */
export function webSocketUrl(): z.ZodMiniType<string, string> {
  return claim('an address that starts with ws: or wss:', (value) => {
    return typeof value === 'string' && URL.canParse(value) && /^wss?:/i.test(value);
  });
}

/** The fields that are not undefined, so that spreading them keeps the defaults of the others. */
function given<T extends object>(values: T | undefined): Partial<Defined<T>> {
  const entries = Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Defined<T>>; // Only undefined values were left out.
}

/** A type whose fields, when they are there, are not undefined. */
type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
}
