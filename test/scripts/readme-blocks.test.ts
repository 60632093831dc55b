import { describe, expect, it } from 'vitest';
import { findBlocks } from '../../scripts/readme/blocks.js';

const page = (...lines: string[]): string => lines.join('\n');

describe('findBlocks', () => {
  it('takes a ts block with the text block right behind it', () => {
    const blocks = findBlocks(page('# title', '', '```ts', 'run();', '```', '', '```text', '1', '2', '```'));

    expect(blocks).toEqual([{ line: 3, code: 'run();\n', output: '1\n2\n', isRun: true }]);
  });

  it('takes no output when prose stands between the two', () => {
    const blocks = findBlocks(page('```ts', 'run();', '```', 'Something else:', '```text', '1', '```'));

    expect(blocks).toEqual([{ line: 1, code: 'run();\n', output: undefined, isRun: true }]);
  });

  it('only compiles a block that is marked so', () => {
    const blocks = findBlocks(page('```ts no-run', 'connect();', '```'));

    expect(blocks).toMatchObject([{ isRun: false }]);
  });

  it('leaves blocks of other languages alone', () => {
    const blocks = findBlocks(page('```sh', 'npm test', '```', '```tsx', 'x', '```', '```text', '1', '```'));

    expect(blocks).toEqual([]);
  });

  it('does not take a block out of a longer fence', () => {
    const blocks = findBlocks(page('````md', '```ts', 'shown();', '```', '````', '```ts', 'run();', '```'));

    expect(blocks).toMatchObject([{ line: 6, code: 'run();\n' }]);
  });

  it('keeps blocks apart that follow one another', () => {
    const blocks = findBlocks(page('```ts', 'a();', '```', '```text', 'a', '```', '```ts', 'b();', '```'));

    expect(blocks.map(({ code, output }) => [code, output])).toEqual([
      ['a();\n', 'a\n'],
      ['b();\n', undefined],
    ]);
  });
});
