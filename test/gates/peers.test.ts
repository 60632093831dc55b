import { describe, expect, it } from 'vitest';
import { peerPackages } from '../../scripts/tools/manifest.js';
import { runProgram } from './run-program.js';

describe('an adapter whose package is not installed', () => {
  it('says so in one error with a code that names the package', async () => {
    const { stdout, stderr } = await runProgram('missing-peers.mjs');

    const lines = stdout.trim().split('\n');

    expect(stderr).toBe('');
    expect(lines).toHaveLength(peerPackages().length);
    for (const name of peerPackages()) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${name}: ERR_PEER_MISSING .*${name}`)));
    }
  });
});
