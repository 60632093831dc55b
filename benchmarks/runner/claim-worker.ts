// The process that measures one claim, or all of a group that shares a run; reports and ends.
import { inspect } from 'node:util';
import { type Claim, type ClaimAssignment, type ClaimOutcome, isKept } from './claim.js';
import { loadClaims } from './load.js';

async function work({ file, claims: positions }: ClaimAssignment): Promise<ClaimOutcome[]> {
  const { claims } = await loadClaims(file);
  const outcomes: ClaimOutcome[] = [];
  for (const position of positions) outcomes.push(await outcomeOf(claims[position]));
  return outcomes;
}

async function outcomeOf(claim: Claim | undefined): Promise<ClaimOutcome> {
  if (claim === undefined) return { type: 'failed', reason: 'no such claim' };
  try {
    const { value, text } = await claim.measure();
    if (Number.isNaN(value)) return { type: 'failed', reason: `measured NaN: ${text}` };
    return { type: 'measured', value, text, isMet: isKept(claim.promised, value) };
  } catch (error) {
    // By name: groups are compiled beside the runner, which is bundled.
    if (error instanceof Error && error.name === 'UnavailableError')
      return { type: 'unavailable', reason: error.message };
    return { type: 'failed', reason: error instanceof Error ? `${error.name}: ${error.message}` : inspect(error) };
  }
}

// The runner is gone: nobody waits for the result.
process.once('disconnect', () => process.exit());
// Handlers of `exit` end the programs that a claim has started; a signal alone would not call them.
process.once('SIGTERM', () => process.exit());
// Written by the runner, which starts this file.
const outcomes = await work(JSON.parse(process.argv[2] ?? '') as ClaimAssignment);
process.send?.(outcomes, () => process.exit());
