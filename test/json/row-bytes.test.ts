import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowBytes } from '../../src/json/row-bytes.js';

const ascii = fc.stringMatching(/^[ -~]{0,40}$/).map((text) => `{${text}}`);
const wide = fc.string({ unit: 'grapheme', maxLength: 20, size: 'max' }).map((text) => `{${text}}`);

const stepsOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      fc.record({ type: fc.constantFrom('append' as const, 'replace' as const), text, at: fc.nat() }),
      fc.record({ type: fc.constant('prepend' as const), texts: fc.array(text, { maxLength: 5, size: 'max' }) }),
      fc.record({ type: fc.constantFrom('truncate' as const, 'drop' as const, 'ask' as const), at: fc.nat() }),
    ),
    { maxLength: 60, size: 'max' },
  );

type Step =
  | { readonly type: 'append' | 'replace'; readonly text: string; readonly at: number }
  | { readonly type: 'prepend'; readonly texts: readonly string[] }
  | { readonly type: 'truncate' | 'drop' | 'ask'; readonly at: number };

/** Does the same to the rows and to a list of texts, of which the first is `first`. */
function apply(rows: RowBytes, model: string[], step: Step): void {
  const { first } = rows;
  const at = 'at' in step && model.length > 0 ? step.at % model.length : 0;
  switch (step.type) {
    case 'append':
      rows.append(step.text);
      model.push(step.text);
      return;
    case 'replace':
      if (model.length === 0) return;
      rows.replace(first + at, step.text);
      model[at] = step.text;
      return;
    case 'prepend':
      rows.prepend(step.texts);
      model.unshift(...step.texts);
      return;
    case 'truncate':
      if (model.length === 0) return;
      rows.truncate(first + at);
      model.length = at;
      return;
    case 'drop':
      rows.dropBefore(first + at);
      model.splice(0, at);
      return;
    case 'ask':
      if (model.length > 0) rows.view(first + at);
  }
}

describe('RowBytes over random histories', () => {
  it.each([
    ['ASCII texts', true, ascii],
    ['any texts', false, wide],
  ])('hold what a list of texts holds: %s', (_, isAscii, text) => {
    fc.assert(
      fc.property(stepsOf(text), (steps) => {
        const rows = new RowBytes(isAscii);
        const model: string[] = [];
        rows.reset(1_000_000);

        for (const step of steps) {
          apply(rows, model, step);
          if (model.length !== rows.end - rows.first || model.length === 0) continue;
          const from = 'at' in step ? step.at % model.length : 0;
          const expected = `[${model.slice(from).join()}]`;
          const got = [rows.string(rows.first + from), rows.copy(rows.first + from).toString()];
          if (got[0] !== expected || got[1] !== expected) expect(got).toEqual([expected, expected]);
        }

        expect(rows.end - rows.first).toBe(model.length);
      }),
      { numRuns: 100 },
    );
  });

  it('make room for a row that grows among others', () => {
    const rows = new RowBytes(true);
    for (let i = 0; i < 50; i++) rows.append(String(i));

    for (let i = 0; i < 50; i++) rows.replace(i, 'x'.repeat(300 + i));

    expect(rows.string(0)).toBe(`[${Array.from({ length: 50 }, (_, i) => 'x'.repeat(300 + i)).join()}]`);
  });

  it('grow in proportion to what they hold', () => {
    const rows = new RowBytes(true);
    for (let i = 0; i < 100_000; i++) {
      rows.append('x'.repeat(i % 100));
      rows.dropBefore(i - 20);
    }

    expect(rows.capacityBytes).toBeLessThan(16_384);
  });
});
