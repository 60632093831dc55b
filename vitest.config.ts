import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  // Vite 8 does not lower standard decorators, vite 7 does with this target.
  esbuild: { target: 'es2022' },
  resolve: {
    alias: [
      { find: /^tickwise$/, replacement: source('index.ts') },
      { find: /^tickwise\/sinks\/(.+)$/, replacement: source('sinks/$1.ts') },
      { find: /^tickwise\/(.+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    restoreMocks: true,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary'] },
  },
});
