import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Claim, type ClaimGroup, isKept } from '../../benchmarks/runner/claim.js';

const FOLDER = join(import.meta.dirname, '../../benchmarks/claims');
const DATA = process.env['TICKWISE_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const DOCUMENTS = join(DATA, '../origin');

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
const modules = await Promise.all(
  // What a file of claims exports, as the runner checks it.
  names.map(async (name) => (await import(join(FOLDER, name))) as { readonly default: ClaimGroup }),
);
const claims: readonly Claim[] = modules.flatMap(({ default: group }) => group.claims);

/** Every number of the five documents that software on one machine can show: what of, and the promise. */
const PROMISES: readonly (readonly [what: RegExp, bound: number])[] = [
  [/^API calls/, 0.85],
  [/^operations/, 0.95],
  [/^database writes/, 0.9],
  [/^memory of histories/, 0.67],
  [/^memory of rows/, 0.4],
  [/^processing: 3 times/, 3],
  [/^features computed: /, 0.8],
  [/^predictions computed: /, 0.75],
  [/^regimes detected: /, 0.95],
  [/^time of regime detection/, 0.6],
  [/^decisions computed: /, 0.9],
  [/^checks/, 0.9],
  [/^notifications/, 0.7],
  [/^batch of models/, 0.6],
  [/^time of correlations/, 0.85],
  [/^time of consensus/, 0.5],
  [/^indicators/, 10],
  [/^time of serialisation/, 0.3],
  [/^calls of a model for reasons/, 0.7],
  [/^CPU: 30 %/, 0.3],
  [/^CPU: 70 %/, 0.7],
  [/^validation/, 0.5],
  [/^cycle time/, 0.2],
  [/^signal generation overall/, 0.8],
  [/^hit rate: /, 0.85],
  [/^calls per added symbol/, 1],
  [/^reconnections: 90 %/, 0.9],
  [/^Redis memory/, 0.38],
  [/^tracked instruments/, 0.5],
  [/^write operations/, 0.4],
  [/^network of writes/, 0.25],
  [/^network of a tracker/, 0.75],
  [/^disk writes/, 0.6],
  [/^database queries/, 0.6],
  [/^response: 90 %/, 0.9],
  [/^queries of Redis/, 0.2],
  [/^latency of writes/, 0.3],
  // The success criteria.
  [/^time of features: /, 0.5],
  [/^time of inference/, 0.3],
  [/^API response time/, 0.4],
  [/^cache misses/, 0.6],
  [/^mobile data/, 0.3],
  [/^time in the database/, 0.5],
  [/^end-to-end latency/, 0.4],
];

const boundOf = ({ promised }: Claim): number => ('atLeast' in promised ? promised.atLeast : promised.atMost);

describe('the claims', () => {
  it.each(PROMISES)('hold %s to %d', (what, bound) => {
    const found = claims.filter(({ claim }) => what.test(claim));

    expect(found.map(boundOf)).toEqual([bound]);
  });

  it('have names of their own', () => {
    const all = claims.map(({ claim }) => claim);

    expect(new Set(all).size).toBe(all.length);
  });

  it.each(claims.map((claim) => [claim.claim, claim] as const))('say how “%s” is measured', (_, { how, source }) => {
    expect(how.length).toBeGreaterThan(40);
    expect(source.words).not.toBe('');
  });

  it.each(claims.map((claim) => [claim.claim, claim] as const))('hold “%s” to the number in its words', (_, claim) => {
    const bound = boundOf(claim);
    // A share is written in percent, a ratio or a limit as it is, and none as a word.
    const numbers = [bound, Math.round(bound * 100)].map((number) => `\\b${number}\\D`);

    expect(claim.source.words).toMatch(bound === 0 ? /^No / : new RegExp(numbers.join('|')));
  });

  it.each(claims.map((claim) => [claim.claim, claim] as const))(
    '“%s” is met at its bound and not beyond',
    (_, claim) => {
      const bound = boundOf(claim);
      const worse = 'atLeast' in claim.promised ? bound - 1e-9 : bound + 1e-9;

      expect(isKept(claim.promised, bound)).toBe(true);
      expect(isKept(claim.promised, worse)).toBe(false);
      expect(isKept(claim.promised, Number.NaN)).toBe(false);
    },
  );
});

describe.skipIf(!existsSync(DOCUMENTS))('the documents', () => {
  it.each(claims.map((claim) => [claim.claim, claim] as const))('promise “%s” in these words', (_, { source }) => {
    const text = plain(readFileSync(join(DOCUMENTS, source.document), 'utf8'));

    expect(text).toContain(plain(source.words));
  });
});

/** Without marks of emphasis, and with arrows as they were before an encoding broke them. */
function plain(text: string): string {
  return text.replaceAll('**', '').replaceAll('â†’', '→').replaceAll(/\s+/g, ' ');
}
