import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A benchmark in a folder, named `<primitive>/<question>`. */
export interface Found {
  readonly name: string;
  /** Path of its compiled file. */
  readonly file: string;
}

/** Folder of what is not measured against peers but held against promises. */
const CLAIMS = 'claims';
const NOT_PRIMITIVES = new Set(['build', 'results', 'node_modules', 'runner', CLAIMS]);

/** All benchmarks of a folder, by name. */
export async function findBenchmarks(folder: string): Promise<Found[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const primitives = entries.filter((entry) => entry.isDirectory() && !NOT_PRIMITIVES.has(entry.name));
  const found = await Promise.all(primitives.map(({ name }) => findQuestions(folder, name)));
  return found.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a word of a selection names claims: `claims` for all, `claims/memo` for a group. */
export function isOfClaims(word: string): boolean {
  return word === CLAIMS || word.startsWith(`${CLAIMS}/`);
}

/** All groups of claims of a folder, by name. */
export async function findClaims(folder: string): Promise<Found[]> {
  const found = existsSync(join(folder, CLAIMS)) ? await findQuestions(folder, CLAIMS) : [];
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Those that a selection names: `ring` for all of a primitive, `ring/window-200` for one. Nothing selects all.
 * @throws Error when a word selects nothing.
 */
export function select(all: readonly Found[], words: readonly string[]): readonly Found[] {
  const matches = (word: string, { name }: Found): boolean => name === word || name.startsWith(`${word}/`);
  const idle = words.find((word) => !all.some((found) => matches(word, found)));
  if (idle !== undefined)
    throw new Error(`no benchmark is named ${idle}; there are ${all.map(({ name }) => name).join(', ')}`);
  return words.length === 0 ? all : all.filter((found) => words.some((word) => matches(word, found)));
}

async function findQuestions(folder: string, primitive: string): Promise<Found[]> {
  const files = await readdir(join(folder, primitive));
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .map((question) => ({
      name: `${primitive}/${question}`,
      file: join(folder, 'build', primitive, `${question}.js`),
    }));
}
