import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { MemoErrorContext } from './memo-options.js';
import type { MemoSettings, UncheckedCallback } from './memo-settings.js';

/** How a result is to be stored. */
export interface StorageTerms {
  /** Milliseconds it is fresh. */
  readonly ttl: number;
  /** Tags by which it can be invalidated, each once. */
  readonly tags: readonly string[];
  /** Bytes it counts; 0 without `sizeOf`. */
  readonly size: number;
}

/** Most tags of one result. */
const MAX_TAGS = 100;
const NO_TAGS: readonly string[] = [];

/** Asks the options whether and how to store a result; `undefined` means not at all. Failures are reported. */
export function termsOf(
  settings: MemoSettings,
  value: unknown,
  self: unknown,
  args: readonly unknown[],
): StorageTerms | undefined {
  const { isStorable, ttl, tags, sizeOf } = settings;
  let during: MemoErrorContext['during'] = 'isStorable';
  try {
    if (isStorable !== undefined && !checkFlag(ask(settings, isStorable, self, [value, ...args]))) return undefined;
    during = 'ttl';
    const duration = typeof ttl === 'number' ? ttl : checkTtl(ask(settings, ttl, self, [value, ...args]));
    if (duration === 0 && settings.staleWhileRevalidate === 0 && settings.staleIfError === 0) return undefined;
    during = 'tags';
    const labels = tags === undefined ? NO_TAGS : checkTags(ask(settings, tags, self, [value, ...args]));
    during = 'sizeOf';
    const size = sizeOf === undefined ? 0 : checkSize(ask(settings, sizeOf, self, [value, ...args]));
    return { ttl: settings.jitter === 0 ? duration : shorten(duration, settings.jitter), tags: labels, size };
  } catch (error) {
    settings.reporter.report(error, { name: settings.name, during });
    return undefined;
  }
}

/** Bytes of a result that comes from the second level; `undefined` when they cannot be told. Failures are reported. */
export function sizeOfFound(
  settings: MemoSettings,
  value: unknown,
  self: unknown,
  args: readonly unknown[],
): number | undefined {
  if (settings.sizeOf === undefined) return 0;
  try {
    return checkSize(ask(settings, settings.sizeOf, self, [value, ...args]));
  } catch (error) {
    settings.reporter.report(error, { name: settings.name, during: 'sizeOf' });
    return undefined;
  }
}

function ask(settings: MemoSettings, callback: UncheckedCallback, self: unknown, args: readonly unknown[]): unknown {
  const result: unknown = Reflect.apply(callback, self, args);
  // A promise is refused below; what it rejects with is not lost.
  settings.reporter.watch(result, { name: settings.name, during: 'isStorable' });
  return result;
}

function checkFlag(isStorable: unknown): boolean {
  if (typeof isStorable === 'boolean') return isStorable;
  throw new ArgumentError(`isStorable must return true or false, got ${show(isStorable)}`);
}

function checkTtl(ttl: unknown): number {
  if (typeof ttl === 'number' && ttl >= 0) return ttl;
  throw new ArgumentError(`ttl must return a number of milliseconds from 0 up, or Infinity, got ${show(ttl)}`);
}

function checkSize(size: unknown): number {
  if (typeof size === 'number' && Number.isFinite(size) && size >= 0) return Math.ceil(size);
  throw new ArgumentError(`sizeOf must return a number of bytes from 0 up, got ${show(size)}`);
}

function shorten(ttl: number, jitter: number): number {
  return ttl === Infinity ? ttl : ttl * (1 - jitter * Math.random());
}

function checkTags(tags: unknown): readonly string[] {
  const isValid = Array.isArray(tags) && tags.length <= MAX_TAGS && tags.every((tag) => typeof tag === 'string');
  if (!isValid) throw new ArgumentError(`tags must return an array of at most ${MAX_TAGS} strings, got ${show(tags)}`);
  return [...new Set<string>(tags)];
}
