import { commandGate } from '../check/command-gate.js';

/** The API pages. Writes them to the folder that `npm run docs` writes to. */
export const docs = commandGate({
  name: 'docs',
  claim: 'the API pages build without a warning (typedoc)',
  command: ['typedoc', '--logLevel', 'Warn'],
});
