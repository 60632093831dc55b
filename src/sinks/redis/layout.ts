import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { isWellFormed } from '../row/well-formed.js';
import type { Command } from '../../stores/redis/link.js';
import { bucketOf } from './bucket.js';
import { fieldText } from './field-text.js';

/** Renames the fields of a row; a `FieldMap` of tickwise/codec is one. */
export interface RowFields {
  /** The row under the names that are stored. */
  encode(row: object): object;
}

/** Writes a row as one value; a {@link RecordPack} is one. */
export interface RecordEncoder {
  /** The bytes or the text. */
  encode(row: object): Uint8Array | string;
}

/**
 * A hash per key with a field per property, readable by HGET; a newer row writes over the older one's fields. A field
 * that is null or undefined is deleted; one that the row does not have stays as it is.
 */
export interface HashLayout<T> {
  /** Chooses this layout. */
  readonly type: 'hash';
  /** Key of a row's hash. */
  readonly key: (row: T) => string;
  /** Renames the fields, for instance `new FieldMap({ markPrice: 'm' })`. */
  readonly fields?: RowFields;
  /** Properties that are not stored, for instance because the key tells them. */
  readonly omit?: readonly string[];
}

/**
 * One value per row in the field `id` of one of few hashes. Small hashes are stored without an index, which takes a
 * fifth of the memory: at most 128 fields each, by Redis's shipped settings, of at most 64 bytes.
 */
export interface BucketsLayout<T> {
  /** Chooses this layout. */
  readonly type: 'buckets';
  /** Comes before the bucket's number in its key. */
  readonly prefix: string;
  /** Number of hashes, for ever the same: the records expected, divided by 80. `bucketOf` tells a record's. */
  readonly buckets: number;
  /** Name of a row's field. */
  readonly id: (row: T) => string;
  /** Writes the rest of the row, for instance `new RecordPack({ markPrice: 2 })`. */
  readonly record: RecordEncoder;
}

/** An entry per row in a stream, of which the oldest are given up. Null and undefined fields are left out. */
export interface StreamLayout<T> {
  /** Chooses this layout. */
  readonly type: 'stream';
  /** Key of the stream, or of a row's stream. */
  readonly key: string | ((row: T) => string);
  /**
   * Entries that a stream keeps, from 1; Redis gives up the oldest beyond that, some hundred later.
   * @default 100_000
   */
  readonly maxLength?: number;
  /** Renames the fields. */
  readonly fields?: RowFields;
}

/** How rows lie in Redis. */
export type RedisLayout<T> = HashLayout<T> | BucketsLayout<T> | StreamLayout<T>;

/** The commands that store a row. */
export type CommandsOf<T> = (row: T) => readonly Command[];

/** Makes the function that writes a row's commands. It throws ArgumentError for a row that cannot be stored. */
export function commandsFor<T>(layout: RedisLayout<T>): CommandsOf<T> {
  if (layout.type === 'hash') return (row) => hashCommands(row, layout);
  if (layout.type === 'buckets') return (row) => [bucketCommand(row, layout)];
  return (row) => [streamCommand(row, layout)];
}

function hashCommands<T>(row: T, { key, fields, omit = [] }: HashLayout<T>): readonly Command[] {
  const name = textOf('key', key(row));
  const set: (string | Uint8Array)[] = [];
  const removed: string[] = [];
  for (const [field, value] of Object.entries(storedFields(row, fields, omit))) {
    if (value === null || value === undefined) removed.push(field);
    else set.push(field, fieldText(field, value));
  }
  if (set.length + removed.length === 0) throw new ArgumentError(`a row must have a field, got ${show(row)}`);
  const commands: Command[] = [];
  if (set.length > 0) commands.push(['hset', name, ...set]);
  if (removed.length > 0) commands.push(['hdel', name, ...removed]);
  return commands;
}

function bucketCommand<T>(row: T, { prefix, buckets, id, record }: BucketsLayout<T>): Command {
  const field = textOf('id', id(row));
  return ['hset', `${prefix}${bucketOf(field, buckets)}`, field, record.encode(objectOf(row))];
}

function streamCommand<T>(row: T, { key, maxLength = 100_000, fields }: StreamLayout<T>): Command {
  const name = textOf('key', typeof key === 'string' ? key : key(row));
  const parts: (string | Uint8Array)[] = [];
  for (const [field, value] of Object.entries(storedFields(row, fields, []))) {
    if (value !== null && value !== undefined) parts.push(field, fieldText(field, value));
  }
  if (parts.length === 0) throw new ArgumentError(`a row must have a field with a value, got ${show(row)}`);
  return ['xadd', name, 'MAXLEN', '~', String(maxLength), '*', ...parts];
}

function storedFields(row: unknown, fields: RowFields | undefined, omit: readonly string[]): object {
  const all = objectOf(row);
  const kept =
    omit.length === 0 ? all : Object.fromEntries(Object.entries(all).filter(([name]) => !omit.includes(name)));
  return fields === undefined ? kept : fields.encode(kept);
}

function objectOf(row: unknown): object {
  if (typeof row === 'object' && row !== null) return row;
  throw new ArgumentError(`a row must be an object, got ${show(row)}`);
}

function textOf(what: string, value: unknown): string {
  if (typeof value === 'string' && isWellFormed(value)) return value;
  throw new ArgumentError(`${what} must return a well-formed string, got ${show(value)}`);
}
