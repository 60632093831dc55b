import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const SHARED = process.env['TICKWISE_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));

/** The cases of a table, read where it lies. None, with one line said, where it is absent. */
export function readCases(name: string): unknown[] {
  return readTable(name)?.cases ?? [];
}

/** A table, read where it lies. Undefined, with one line said, where it is absent. */
export function readTable(name: string): { readonly cases?: unknown[] } | undefined {
  const path = join(SHARED, 'reference', name);
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  console.warn(`skipped: no reference table at ${path}`);
  return undefined;
}

/** `null` in a table is a missing or undefined number. */
export function numbers(values: readonly (number | null)[]): number[] {
  return values.map((value) => value ?? NaN);
}
