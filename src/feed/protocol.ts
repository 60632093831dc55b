import * as z from 'zod/mini';
import { callback, claim, duration, flag, readOptions, text } from '../core/options.js';
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
  /** Whether the venue answers requests; one that does not is believed to accept what was sent. @default true */
  readonly answers?: boolean | undefined;
  /** The text of a request. Its id is unique on the connection. */
  readonly request: (action: RequestAction, topics: readonly string[], id: number) => string;
  /** Turns a frame's text into a value. @default JSON.parse */
  readonly decode?: ((text: string) => unknown) | undefined;
  /** Says what a decoded frame means. It may throw: the frame then counts as malformed. */
  readonly read: (message: unknown) => Incoming<Event>;
  /**
   * What makes an event the same as one of another connection, while one takes the place of the other, or as one that is
   * sent again: a sequence number or an id, for instance. @default the JSON of `raw`, for venues that send all connections the same text
   */
  readonly identify?: ((event: AnyFeedEvent) => string | number) | undefined;
  /**
   * Topics of which the venue sends events a second time once they are subscribed again: the last trades, for instance.
   * The last 1,024 events of each are remembered by `identify`, which then runs for every event, and those that come
   * again are dropped. @default none
   */
  readonly resends?: ((topic: string) => boolean) | undefined;
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
  answers: z.optional(flag()),
  request: callback(),
  decode: z.optional(callback()),
  read: callback(),
  identify: z.optional(callback()),
  resends: z.optional(callback()),
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
 * Describes a venue that this package does not know, so that a {@link FeedPool} can speak to it: what it is asked, what
 * its frames mean, what it allows. Fields that are left out get their defaults; the whole is checked once and frozen.
 *
 * **The least** is `name`, `url`, `request` and `read`. A topic is the venue's own name of a stream, as a text; where the
 * venue uses two names (a channel and a product), join them with a sign of your own and part them again in `request`.
 *
 * **`request(action, topics, id)`** writes one frame for many topics. The pool calls it with as many as `limits` allow,
 * and again with fewer when the text is too long, so it must not count or remember anything. `group` keeps topics apart
 * that cannot share a frame, such as those of different channels.
 *
 * **`read(message)`** is handed every frame after `decode` and says what it means:
 * - `{ type: 'event', event }`: data of one topic. The event names its `topic` exactly as it was subscribed, and keeps the
 *   message as `raw`. Use the kinds of {@link FeedEvent} where they fit, so that models need not know the venue; any other
 *   kind is a type of your own ({@link FeedEventOf}).
 * - `{ type: 'ack', … }`: an answer to a request. Give what the venue gives: the request's `id`, the `topics` it took and
 *   those it `refused`, or the list of all it has now (`current`). With none of these it answers the oldest request. With
 *   `error` a request is refused; the topics of one refused as a whole are asked for in halves until the bad one is found.
 *   Without any answer in `ackTimeout` a topic counts as refused, unless `answers` is false: some venues never answer.
 * - `{ type: 'alive' }`, `{ type: 'ping', reply }`, `{ type: 'ending' }`: signs of life, a ping in text and what it wants to
 *   hear, and the announcement that the connection will be cut, upon which another takes its place first.
 * - `{ type: 'unknown' }`: counted, and handed to `onUnknown`.
 *
 * It may throw: the frame then counts as malformed and is reported, and the next one is read as if nothing had been. So
 * check each field that you use, and throw rather than hand on a price that is NaN.
 *
 * **`limits`** is what the venue writes about itself, with `source` and `asOf`, so that the next reader knows where the
 * figures are from. The pool cuts requests by count and bytes, spreads topics over connections, keeps `pace` between
 * frames also when it asks for everything again, and never opens more connections than `connectionsPerWindow`.
 *
 * **`heartbeat`**: how often to ping, in what form, and how long the venue may then be silent before the connection is
 * given up. Stay below the venue's own cut-off.
 *
 * **`identify`, `resends`** matter when connections change: with both, an event that came over two of them, or that the
 * venue sends again after a subscription, is delivered once. **`conflation`** names the topics whose every frame is the
 * whole state, of which only the newest need be parsed. **`book`** gives the options of an {@link OrderBook} for a topic.
 *
 * To try it, play a recording of the venue through {@link replayFeed}, or against a small server of your own: the example
 * `own-venue` does so in one page, with a refusal, a lost connection and a trade that is sent twice.
 *
 * Cost: `decode` and `read` run once per frame, however many subscribers there are; make no closures in them.
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
    answers: definition.answers ?? true,
    request: definition.request,
    decode: definition.decode ?? ((frame: string): unknown => JSON.parse(frame)),
    read: definition.read,
    identify: definition.identify ?? ((event): string => JSON.stringify(event.raw)),
    resends: definition.resends ?? (() => false),
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
  const functions = ['urlFor', 'refuse', 'group', 'request', 'decode', 'read', 'identify', 'resends', 'book'];
  return functions.every(has) && 'limits' in value && 'heartbeat' in value && 'conflation' in value;
}

/** A WebSocket address. */
export function webSocketUrl(): z.ZodMiniType<string, string> {
  return claim('an address that starts with ws: or wss:, without a fragment', isWebSocketUrl);
}

/** Whether a WebSocket can be opened to an address. */
export function isWebSocketUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^wss?:/i.test(value) && !value.includes('#');
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
