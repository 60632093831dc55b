import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOLDER = 'examples/migration/steps';
const files = readdirSync(FOLDER).toSorted();
const page = readFileSync('examples/migration/README.md', 'utf8');
const shown = Array.from(page.matchAll(/```diff\n(.*?)```/gs), ([, text = '']) => text);

describe('the page of the migration', () => {
  it.each(files.slice(1).map((file, index) => ({ before: files[index] ?? '', file, index })))(
    'shows the change of $file as it is',
    ({ before, file, index }) => {
      expect(shown[index]).toBe(changeOf(before, file));
    },
  );

  it('shows no other change', () => {
    expect(shown).toHaveLength(files.length - 1);
  });
});

/** What `diff` says, without its two lines of file names. */
function changeOf(before: string, after: string): string {
  try {
    execFileSync('diff', ['-U1', `${FOLDER}/${before}`, `${FOLDER}/${after}`]);
  } catch (error) {
    // Files that differ are exit code 1, which is no failure.
    if (error instanceof Error && 'stdout' in error) return String(error.stdout).split('\n').slice(2).join('\n');
  }
  return '';
}
