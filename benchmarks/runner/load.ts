import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ClaimGroup } from './claim.js';
import type { Benchmark, Contender } from './contract.js';
import { UNITS } from './units.js';

const NAMES_OF_UNITS = Object.keys(UNITS);

/** Imports a compiled benchmark and checks that it can be run. */
export async function loadBenchmark(file: string): Promise<Benchmark> {
  const module: unknown = await import(pathToFileURL(file).href);
  const benchmark = property(module, 'default');
  const problem = problemOf(benchmark);
  if (problem !== undefined) throw new Error(`${file}: ${problem}`);
  // Checked on the line before, as far as JavaScript can.
  return benchmark as Benchmark;
}

/** Imports a compiled group of claims and checks that each can be measured. */
export async function loadClaims(file: string): Promise<ClaimGroup> {
  const module: unknown = await import(pathToFileURL(file).href);
  const group = property(module, 'default');
  const problem = claimsProblemOf(group);
  if (problem !== undefined) throw new Error(`${file}: ${problem}`);
  // Checked on the line before, as far as JavaScript can.
  return group as ClaimGroup;
}

/** Imports what a contender's `setup` receives: its package, a file of it, or nothing. */
export async function loadPeer({ package: name, file }: Contender): Promise<unknown> {
  if (name === undefined) return undefined;
  return import(file === undefined ? name : pathToFileURL(pathOf(name, file)).href);
}

/** Where a file of a package is. Packages with `exports` cannot be asked for files that these do not list. */
function pathOf(name: string, file: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const path = folders.map((folder) => join(folder, name, file)).find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`cannot find ${file} of package ${name}`);
  return path;
}

function problemOf(benchmark: unknown): string | undefined {
  const contenders = property(benchmark, 'contenders');
  if (typeof property(benchmark, 'question') !== 'string') return 'the default export needs a question';
  if (typeof property(benchmark, 'reference') !== 'function') return 'the default export needs a reference';
  const unit = property(benchmark, 'unit') ?? 'ns';
  if (!NAMES_OF_UNITS.some((known) => known === unit)) return `the unit must be one of ${NAMES_OF_UNITS.join(', ')}`;
  if (!Array.isArray(contenders) || contenders.length === 0) return 'the default export needs contenders';
  const names = contenders.map((contender) => property(contender, 'name'));
  return new Set(names).size === names.length ? undefined : 'two contenders have the same name';
}

function claimsProblemOf(group: unknown): string | undefined {
  const claims = property(group, 'claims');
  if (typeof property(group, 'title') !== 'string') return 'the default export needs a title';
  if (!Array.isArray(claims) || claims.length === 0) return 'the default export needs claims';
  const broken = claims.findIndex((claim) => typeof property(claim, 'measure') !== 'function' || !hasBound(claim));
  return broken === -1 ? undefined : `claim ${broken} needs measure and promised`;
}

/** Whether a claim says what its value is held against. */
function hasBound(claim: unknown): boolean {
  const promised = property(claim, 'promised');
  return ['atLeast', 'atMost'].some((name) => Number.isFinite(property(promised, name)));
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
