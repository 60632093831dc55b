import { describe, expect, it } from 'vitest';
import { subPaths } from '../../scripts/tools/manifest.js';
import { runProgram } from './run-program.js';

/** A suite that users run, which throws the assertion errors of their test runner. */
const isContract = (specifier: string): boolean => /\/(contract|testing)$/.test(specifier);

describe('an error thrown by a sub-path in CommonJS', () => {
  it('is an instance of the base class from the root and from core', async () => {
    const { stdout, stderr } = await runProgram('throws.cjs');

    expect(stdout.trim().split('\n').toSorted()).toEqual(
      subPaths()
        .filter(({ specifier }) => !isContract(specifier))
        .map(({ specifier }) => `${specifier} one class`)
        .toSorted(),
    );
    expect(stderr).toBe('');
  });
});
