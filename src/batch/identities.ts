import { randomBytes } from 'node:crypto';
import type { Journal } from './journal/journal.js';

/** What tells rows from one another: a number here, a text for the sink. */
export interface Identities<T> {
  /** A number for a row that is taken in, lower than those after it. @throws what keeping the row throws. */
  take(item: T): number;
  /** The text for a number, the same for ever. */
  textOf(identity: number): string;
}

/** A name that no other run of any writer has. */
export function newRunName(): string {
  return randomBytes(10).toString('hex');
}

/** Identities of rows that live no longer than the process. */
export function memoryIdentities(): Identities<unknown> {
  const run = newRunName();
  let last = 0;
  return { take: () => ++last, textOf: (identity) => `${run}-${identity}` };
}

/** Identities of rows in a journal, which a later run knows again. */
export function journalIdentities<T>(journal: Journal<T>): Identities<T> {
  return { take: (item) => journal.append(item), textOf: (identity) => journal.idOf(identity) };
}
