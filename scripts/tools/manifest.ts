import { existsSync, readFileSync } from 'node:fs';

/** The part of package.json that the scripts read. */
interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A public sub-path of the package. */
export interface SubPath {
  /** What users import: `tickwise/sinks/duckdb`. */
  readonly specifier: string;
  /** Name of its files in `dist`, without an ending: `sinks/duckdb`. */
  readonly entry: string;
  /** Every file that package.json names for it, relative to the package. */
  readonly files: readonly string[];
}

/** Reads this package's package.json. */
export function readManifest(): Manifest {
  // The file is this package's own, and `tsc` and publint check the rest of it.
  return JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
}

/** Every sub-path that users can import code from. */
export function subPaths(): readonly SubPath[] {
  const { name, exports } = readManifest();
  return Object.entries(exports)
    .filter(([path]) => path !== './package.json')
    .map(([path, target]) => ({
      specifier: path === '.' ? name : `${name}/${path.slice(2)}`,
      entry: path === '.' ? 'index' : path.slice(2),
      files: leaves(target),
    }));
}

/** Whether a file is there and part of the package. npm adds these two itself. */
export function isShipped(path: string): boolean {
  const patterns = ['README.md', 'LICENSE', ...readManifest().files];
  return existsSync(path) && patterns.some((pattern) => matches(path, pattern));
}

/** Packages that are installed together with this one. */
export function runtimePackages(): readonly string[] {
  return Object.keys(readManifest().dependencies ?? {});
}

/** Packages that users install themselves when they use an adapter. */
export function peerPackages(): readonly string[] {
  return Object.keys(readManifest().peerDependencies ?? {});
}

/** A pattern names a file, a folder with all below it, or with `*` one level of any name. */
function matches(path: string, pattern: string): boolean {
  const expression = pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '[^/]+');
  return new RegExp(`^${expression}(?:/|$)`).test(path);
}

function leaves(target: unknown): string[] {
  if (typeof target === 'string') return [target];
  return typeof target === 'object' && target !== null ? Object.values(target).flatMap(leaves) : [];
}
