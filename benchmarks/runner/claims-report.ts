import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { ClaimResult } from './claim.js';
import type { Environment } from './environment.js';

/** Widths of the columns in characters: claim, measured, verdict, how. */
const WIDTHS = [34, 34, 14, 56];

/** All claims as a table, in the order of the documents, and how many are met. */
export function renderClaims(results: readonly ClaimResult[]): string {
  const table = new Table({
    head: ['claim', 'measured', '', 'how'],
    colWidths: WIDTHS,
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { claim, document, words, measured, verdict, how, reason } of inOrder(results)) {
    const why = reason === undefined ? '' : `\n${verdict === 'not met' ? 'Not met' : 'Not measured'}: ${reason}`;
    table.push([`${claim}\n${document}: “${words}”`, measured, verdict, `${how}${why}`]);
  }
  return `${table.toString()}\n${summaryOf(results)}`;
}

/** How many claims are met, and how many different figures they read, in one sentence. */
export function summaryOf(results: readonly ClaimResult[]): string {
  const count = (wanted: ClaimResult['verdict']): number => results.filter(({ verdict }) => verdict === wanted).length;
  const figures = new Set(results.filter(({ verdict }) => verdict !== 'not measured').map(({ figure }) => figure));
  const verdicts = `${count('met')} met, ${count('not met')} not met, ${count('not measured')} not measured`;
  return `${results.length} claims: ${verdicts}, from ${figures.size} measurements.`;
}

/** One claim in one line, for a run that is under way. */
export function lineOf({ group, claim, measured, verdict, reason = '' }: ClaimResult): string {
  const [why = ''] = reason.split('\n');
  return `${verdict.padEnd(12)} ${group}, ${claim}: ${verdict === 'not measured' ? why : measured}`;
}

/** In the order of the documents; those of one document as they were measured. */
export function inOrder(results: readonly ClaimResult[]): readonly ClaimResult[] {
  return results.toSorted((a, b) => (a.document < b.document ? -1 : a.document > b.document ? 1 : 0));
}

/** Writes the claims to `<folder>/results/claims.json` and returns the path. */
export async function writeClaims(
  folder: string,
  results: readonly ClaimResult[],
  environment: Environment,
): Promise<string> {
  const path = join(folder, 'results', 'claims.json');
  await mkdir(join(folder, 'results'), { recursive: true });
  await writeFile(path, `${JSON.stringify({ environment, claims: inOrder(results) }, undefined, 2)}\n`);
  return path;
}
