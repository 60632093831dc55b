import { describe, expect, it } from 'vitest';
import { peerPackages } from '../../scripts/tools/manifest.js';
import { runProgram } from './run-program.js';

/** Packages whose clients and meters users make and pass in: no adapter imports them. */
const PASSED_IN = new Set(['@opentelemetry/api', 'ioredis', 'redis']);

describe('an adapter whose package is not installed', () => {
  it('says so in one error with a code that names the package', async () => {
    const { stdout, stderr } = await runProgram('missing-peers.mjs');

    const lines = stdout.trim().split('\n');
    const imported = peerPackages().filter((name) => !PASSED_IN.has(name));

    expect(stderr).toBe('');
    expect(lines).toHaveLength(imported.length);
    for (const name of imported) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${name}: ERR_PEER_MISSING .*${name}`)));
    }
  });
});
