import type { ClaimAssignment, ClaimGroup, ClaimOutcome, ClaimResult } from './claim.js';
import type { Found } from './find.js';
import { loadClaims } from './load.js';

type Run = (assignment: ClaimAssignment) => Promise<ClaimOutcome[]>;

/** How many claims the groups have. */
export async function countClaims(groups: readonly Found[]): Promise<number> {
  const loaded = await Promise.all(groups.map(({ file }) => loadClaims(file)));
  return loaded.reduce((sum, { claims }) => sum + claims.length, 0);
}

/** Who is told how far a run is. */
export interface ClaimListener {
  /** So many claims are about to be measured, in one process. */
  readonly begin: (group: string, claims: readonly string[]) => void;
  /** One of them is measured. */
  readonly end: (result: ClaimResult) => void;
}

/** Measures all claims of the groups, one after the other, and tells of each. */
export async function measureClaims(
  groups: readonly Found[],
  run: Run,
  listener: ClaimListener,
): Promise<ClaimResult[]> {
  const results: ClaimResult[] = [];
  for (const found of groups) results.push(...(await measureGroup(found, run, listener)));
  return results;
}

async function measureGroup({ name, file }: Found, run: Run, { begin, end }: ClaimListener): Promise<ClaimResult[]> {
  const group = await loadClaims(file);
  const results: ClaimResult[] = [];
  for (const positions of roundsOf(group)) {
    begin(
      name,
      positions.map((position) => group.claims[position]?.claim ?? ''),
    );
    const outcomes = await run({ file, claims: positions });
    for (const [index, position] of positions.entries()) {
      const result = resultOf(name, group, position, outcomes[index]);
      end(result);
      results.push(result);
    }
  }
  return results;
}

/** Which claims share a process. */
function roundsOf({ claims, isShared }: ClaimGroup): number[][] {
  const positions = claims.map((_, position) => position);
  return isShared === true ? [positions] : positions.map((position) => [position]);
}

function resultOf(name: string, { claims }: ClaimGroup, position: number, outcome?: ClaimOutcome): ClaimResult {
  const claim = claims[position];
  if (claim === undefined) throw new RangeError(`no claim ${position} in ${name}`);
  const { source, how } = claim;
  const figure = `${name}: ${claim.figure ?? claim.claim}`;
  const common = { group: name, document: source.document, words: source.words, claim: claim.claim, figure, how };
  if (outcome?.type !== 'measured') {
    const reason = outcome?.reason ?? 'the process did not say';
    const hasFailed = outcome?.type !== 'unavailable';
    return { ...common, measured: '', value: undefined, verdict: 'not measured', hasFailed, reason };
  }
  const { value, text, isMet } = outcome;
  const reason = isMet ? undefined : (claim.reason ?? 'measured as stated; less than promised');
  return { ...common, measured: text, value, verdict: isMet ? 'met' : 'not met', hasFailed: false, reason };
}
