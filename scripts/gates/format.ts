import { commandGate } from '../check/command-gate.js';

/** Formatting is the formatter's. */
export const format = commandGate({
  name: 'format',
  claim: 'every file is formatted (npm run format mends it)',
  command: ['oxfmt', '--check', '.'],
  summarise: (output) => /on (\d+ files)/.exec(output)?.[1] ?? 'clean',
});
