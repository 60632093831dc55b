import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.js';
import type { ErrorHandler } from '../../core/failures.js';
import { callback, claim, clockOrSystem, duration, hasMethods, readOptions, wholeNumber } from '../../core/options.js';
import type { RedisClient } from '../../stores/redis/client.js';
import type { RedisErrorContext } from '../../stores/redis/connection.js';
import type { RecordEncoder, RedisLayout, RowFields } from './layout.js';

/** Where a failure happened that reaches `onError`. */
export interface RedisSinkErrorContext {
  /** The connection failed, or the server's settings allow it to give up data. */
  readonly during: RedisErrorContext['during'] | 'eviction';
}

/** Options of {@link redisSink}. */
export interface RedisSinkOptions<T> {
  /**
   * A client of ioredis (5 or 6) or of redis (node-redis 4.7 to 6) to one server. Its settings are used for a connection
   * of the sink's own, made with `client.duplicate()`; the client itself is not used, and need not be connected.
   */
  readonly client: RedisClient;
  /** How rows lie in Redis. */
  readonly layout: RedisLayout<T>;
  /**
   * Milliseconds between two pings, and the longest time one may take before the connection is replaced.
   * @default 5000
   */
  readonly heartbeat?: number;
  /** Clock of heartbeats and of the delays before a new connection. Default the system clock. */
  readonly ioClock?: Clock;
  /** Gets failures of the connection, and the warning of a server that gives up data. */
  readonly onError?: ErrorHandler<RedisSinkErrorContext>;
}

const fields = z.optional(claim<RowFields>('an object with a method encode', (value) => hasMethods(value, 'encode')));
const anyText = claim<string>('a text', (value) => typeof value === 'string');

function layoutSchema<T>() {
  return z.discriminatedUnion(
    'type',
    [
      z.strictObject({
        type: z.literal('hash'),
        key: callback<(row: T) => string>(),
        fields,
        omit: z.optional(
          claim<readonly string[]>(
            'an array of names',
            (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
          ),
        ),
      }),
      z.strictObject({
        type: z.literal('buckets'),
        prefix: anyText,
        buckets: wholeNumber(1),
        id: callback<(row: T) => string>(),
        record: claim<RecordEncoder>('an object with a method encode', (value) => hasMethods(value, 'encode')),
      }),
      z.strictObject({
        type: z.literal('stream'),
        key: claim<string | ((row: T) => string)>(
          'a text or a function',
          (value) => typeof value === 'string' || typeof value === 'function',
        ),
        maxLength: z.optional(wholeNumber(1)),
        fields,
      }),
    ],
    "a layout of type 'hash', 'buckets' or 'stream'",
  );
}

/** Checks the options and applies the defaults. */
export function readRedisSinkOptions<T>(options: RedisSinkOptions<T>) {
  const schema = z.strictObject({
    client: claim<unknown>('a client of ioredis or of redis', (value) => typeof value === 'object' && value !== null),
    layout: layoutSchema<T>(),
    heartbeat: z._default(duration({ min: 1 }), 5_000),
    ioClock: clockOrSystem(),
    onError: z.optional(callback<ErrorHandler<RedisSinkErrorContext>>()),
  });
  const { layout, ...settings } = readOptions('redisSink', schema, options);
  return { ...settings, layout: layout as RedisLayout<T> }; // absent and undefined options are the same here
}
