import { readdirSync, readFileSync } from 'node:fs';

/**
 * Budgets of each sub-path, minified and gzipped: its own code with that of `core` and of the sub-paths it
 * stands on. Not counted: the dependencies, which are not bundled, and zod/mini, which all sub-paths share
 * and which has a line of its own.
 */
const BUDGETS = {
  index: '180 kB',
  core: '3 kB',
  ring: '16 kB',
  rolling: '23 kB',
  indicators: '8 kB',
  memo: '35 kB',
  json: '7 kB',
  derive: '9 kB',
  codec: '9 kB',
  batch: '21 kB',
  schedule: '29 kB',
  hub: '11 kB',
  'hub/testing': '12 kB',
  feed: '30 kB',
  metrics: '8 kB',
  'sinks/duckdb': '6 kB',
  'stores/contract': '5 kB',
  'stores/disk': '7 kB',
  'stores/redis': '7 kB',
};

/** Budgets of single names, for those who import nothing else of a sub-path. */
const NAMES = [['ring', '{ SeriesRing }', '8 kB']];

const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const packages = ['node:*', ...Object.keys({ ...dependencies, ...peerDependencies })];
// The bundler names shared files by their content; the source map tells which one zod is in.
const zod = readdirSync('dist').filter(
  (name) => /^chunk-.*\.js$/.test(name) && readFileSync(`dist/${name}.map`, 'utf8').includes('/zod/'),
);

const ignored = [...packages, ...zod.flatMap((file) => [`./${file}`, `../${file}`])];

export default [
  { name: 'zod', path: zod.map((name) => `dist/${name}`), limit: '10 kB', gzip: true, ignore: packages },
  ...Object.entries(BUDGETS).map(([name, limit]) => ({
    name,
    path: `dist/${name}.js`,
    limit,
    gzip: true,
    ignore: ignored,
  })),
  ...NAMES.map(([path, names, limit]) => ({
    name: `${path} ${names}`,
    path: `dist/${path}.js`,
    import: names,
    limit,
    gzip: true,
    ignore: ignored,
  })),
];
