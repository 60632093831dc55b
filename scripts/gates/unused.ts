import { commandGate } from '../check/command-gate.js';

/** No file, export or dependency that nothing uses. */
export const unused = commandGate({
  name: 'unused',
  claim: 'no file, export or dependency is unused (knip)',
  command: ['knip', '--no-progress'],
});
