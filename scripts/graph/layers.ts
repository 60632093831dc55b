/**
 * Which folders of `src` a folder may import, besides itself: those of lower layers, and among the
 * primitives the few named here. `src/README.md` shows the same to people.
 */
export const LAYERS: readonly (readonly string[])[] = [
  ['core'],
  ['ring', 'codec'],
  ['rolling', 'indicators', 'memo', 'json', 'derive', 'batch', 'schedule'],
  ['hub', 'feed', 'stores', 'sinks', 'metrics'],
  ['cli'],
];

/** Arrows within a layer. */
export const SIDEWAYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['indicators', ['rolling']],
  // One way to hold a connection to Redis, not two.
  ['sinks', ['stores']],
]);

/** Folders that need nothing but Node: importing them loads no package from node_modules. */
export const WITHOUT_PACKAGES: ReadonlySet<string> = new Set(['core', 'ring', 'rolling', 'indicators', 'codec', 'hub']);

/** Adapters to servers: never part of the root, so that nobody loads one unasked. */
const ADAPTERS: ReadonlySet<string> = new Set(['sinks', 'stores']);

/** True when files of one folder may import files of the other. The root, '', holds all but the adapters. */
export function mayImport(folder: string, other: string): boolean {
  if (folder === '') return !ADAPTERS.has(other) && other !== 'cli';
  if (folder === other) return true;
  const [from, to] = [layerOf(folder), layerOf(other)];
  if (from === -1 || to === -1) return false;
  return to < from || (SIDEWAYS.get(folder)?.includes(other) ?? false);
}

/** The feature folder of a path below `src`; empty for files that lie in `src` itself. */
export function folderOf(path: string): string {
  return /(?:^|\/)src\/([^/]+)\//.exec(path)?.[1] ?? '';
}

function layerOf(folder: string): number {
  return LAYERS.findIndex((layer) => layer.includes(folder));
}
