import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

/** Tests of the built and packed package. They make one first, which the other tests need not wait for. */
const GATES = 'test/gates/**/*.test.ts';
/** Tests that start whole programs, servers and browsers, and those named `.slow.test.ts` take over a second each. */
const THOROUGH = ['test/{benchmarks,cli,examples,integration,scripts}/**/*.test.ts', 'test/**/*.slow.test.ts'];

export default defineConfig({
  // Vite 8 does not lower standard decorators, vite 7 does with this target.
  esbuild: { target: 'es2022' },
  resolve: {
    alias: [
      { find: /^tickwise$/, replacement: source('index.ts') },
      { find: /^tickwise\/hub\/testing$/, replacement: source('hub/testing.ts') },
      { find: /^tickwise\/(sinks|stores)\/(.+)$/, replacement: source('$1/$2.ts') },
      { find: /^tickwise\/(.+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    restoreMocks: true,
    setupFiles: 'test/setup.ts',
    // By default one core is left idle: half of a small machine.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary'],
      // Drivers of other Node versions and systems (node:sqlite, better-sqlite3, named pipes) do not run here.
      thresholds: { lines: 98, branches: 94.5 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          testTimeout: 60_000,
          include: ['test/**/*.test.ts'],
          exclude: [GATES, ...THOROUGH],
        },
      },
      {
        extends: true,
        test: { name: 'thorough', testTimeout: 60_000, include: THOROUGH, exclude: [GATES] },
      },
      {
        extends: true,
        // Children start whole programs: seconds on a busy machine.
        test: { name: 'package', include: [GATES], globalSetup: 'test/gates/packed.setup.ts', testTimeout: 60_000 },
      },
    ],
  },
});
