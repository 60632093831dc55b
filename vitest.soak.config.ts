import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The long forms of tests, which run for minutes: `npm run soak`, or `npm run soak -- test/soak/ring.soak.ts`. */
export default defineConfig({
  ...base,
  test: { include: ['test/soak/**/*.soak.ts'], testTimeout: 3_600_000, hookTimeout: 60_000, fileParallelism: false },
});
