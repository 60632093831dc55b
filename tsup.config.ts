import { defineConfig } from 'tsup';
import { licences } from './scripts/bundle/licences.js';
import { writeWasm } from './scripts/wasm/compile-wat.js';

/** The library, ESM and CJS. Entry names are the package's sub-paths. */
const entry = {
  index: 'src/index.ts',
  core: 'src/core/index.ts',
  ring: 'src/ring/index.ts',
  rolling: 'src/rolling/index.ts',
  indicators: 'src/indicators/index.ts',
  memo: 'src/memo/index.ts',
  json: 'src/json/index.ts',
  derive: 'src/derive/index.ts',
  batch: 'src/batch/index.ts',
  'batch/testing': 'src/batch/testing/index.ts',
  codec: 'src/codec/index.ts',
  schedule: 'src/schedule/index.ts',
  hub: 'src/hub/index.ts',
  'hub/testing': 'src/hub/testing.ts',
  feed: 'src/feed/index.ts',
  metrics: 'src/metrics/index.ts',
  // The command; no sub-path.
  cli: 'src/cli/main.ts',
  'sinks/duckdb': 'src/sinks/duckdb.ts',
  'sinks/http': 'src/sinks/http.ts',
  'sinks/ndjson': 'src/sinks/ndjson.ts',
  'sinks/postgres': 'src/sinks/postgres.ts',
  'sinks/redis': 'src/sinks/redis.ts',
  'sinks/sqlite': 'src/sinks/sqlite.ts',
  'sinks/telegram': 'src/sinks/telegram.ts',
  'stores/contract': 'src/stores/contract.ts',
  'stores/disk': 'src/stores/disk.ts',
  'stores/redis': 'src/stores/redis.ts',
};

// The bytes of WebAssembly are kept beside their sources, so that tests need no build; this keeps them up to date.
export default defineConfig(async () => {
  await writeWasm('src');
  return [
    {
      name: 'library',
      entry,
      format: ['esm', 'cjs'],
      // Without splitting an error class imported by two CJS sub-paths would be two classes.
      splitting: true,
      target: 'node20',
      platform: 'node',
      sourcemap: true,
      // The demo is built at the same time, and cleans its own folder.
      clean: ['!demo/**'],
      treeshake: true,
      // Keeps `node:fs` as it is written: tools tell built-in modules from packages by the prefix.
      removeNodeProtocol: false,
      // zod/mini from node_modules costs 37 ms to import, bundled into one shared chunk 5 ms.
      noExternal: ['zod'],
      dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
    },
    {
      name: 'demo',
      entry: ['examples/trading-pipeline/main.ts', 'examples/trading-pipeline/*-process.ts'],
      outDir: 'dist/demo',
      format: ['esm'],
      splitting: true,
      target: 'node20',
      platform: 'node',
      minify: true,
      sourcemap: false,
      clean: true,
      dts: false,
      removeNodeProtocol: false,
      // With everything it needs, its own copy of the library included, so that it runs in an empty folder. Only
      // DuckDB is too large to bring along, and what the library depends on is there anyway.
      noExternal: [/^(?!@duckdb\/|lru-cache$|object-hash$|p-limit$|p-queue$|pg$|ioredis$|redis$)/],
      // Packages that are not ES modules ask for Node's own by `require`.
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
      esbuildPlugins: [licences()],
    },
  ];
});
