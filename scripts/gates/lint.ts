import { commandGate } from '../check/command-gate.js';

/** oxlint with type information: floating promises are errors. */
export const lint = commandGate({
  name: 'lint',
  claim: 'the type-aware linter finds nothing',
  command: ['oxlint', '--deny-warnings'],
  summarise: (output) => /on (\d+ files)/.exec(output)?.[1] ?? 'clean',
});
