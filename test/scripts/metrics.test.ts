import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantile } from '../../scripts/metrics/quantile.js';
import { measureSource } from '../../scripts/metrics/source-metrics.js';
import { codeLines } from '../../scripts/metrics/syntax.js';
import { findTestFaults } from '../../scripts/metrics/test-faults.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwise-metrics-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (text: string): string => {
  const path = join(folder, 'sample.ts');
  writeFileSync(path, text);
  return path;
};

describe('codeLines', () => {
  it('counts neither blank lines nor comments', () => {
    const path = file(
      '/** doc\n * more\n */\nexport const a = 1; // why\n\n// alone\nexport function f() {\n  return a;\n}\n',
    );

    expect(codeLines(path)).toBe(4);
  });

  it('counts every line of a text over several lines', () => {
    expect(codeLines(file('const text = `a\n\nb`;\n'))).toBe(3);
  });
});

describe('measureSource', () => {
  it('counts exports and public members, documented or not', () => {
    const path = file(`
/** Said. */
export class A {
  /** Said. */
  readonly told = 1;
  readonly untold = 2;
  #hidden = 3;
  private alsoHidden = 4;
  constructor() {}
}
export interface B {
  /** Said. */
  one: number;
  two: number;
}
class NotExported { member = 1 }
`);

    const undocumented = measureSource(path).exported.filter(({ isDocumented }) => !isDocumented);

    expect(measureSource(path).exported).toHaveLength(6);
    expect(undocumented.map(({ name }) => name)).toEqual(['untold', 'B', 'two']);
  });

  it('counts an overloaded method by its signatures', () => {
    const path = file(`
/** Said. */
export class A {
  /** One. */
  get(key: number): number;
  /** Two. */
  get(key: string): string;
  get(key: unknown): unknown { return key; }
}
`);

    expect(measureSource(path).exported).toHaveLength(3);
  });

  it('counts an overloaded function once, by its first signature', () => {
    const path = file(`
/** Said. */
export function f(key: number): number;
export function f(key: string): string;
export function f(key: unknown): unknown { return key; }
`);

    expect(measureSource(path).exported).toMatchObject([{ name: 'f', isDocumented: true }]);
  });

  it('measures each function, nested ones too, and finds any', () => {
    const { functions, anys } = measureSource(
      file('function f() {\n  return () => {\n    return 1;\n  };\n}\nlet x: any;\n'),
    );

    expect(functions).toEqual([
      { line: 1, lines: 5 },
      { line: 2, lines: 3 },
    ]);
    expect(anys).toEqual([6]);
  });
});

describe('findTestFaults', () => {
  it.each([
    ["it('should work', () => {})", 'title starts with "should"'],
    ["test.each([1])('Should work', () => {})", 'title starts with "should"'],
    ["it.only('works', () => {})", 'is left as it.only'],
    ["it.todo('works')", 'is left as it.todo'],
    ['setTimeout(() => {}, 5)', "waits on the machine's clock: setTimeout()"],
    ['globalThis.setTimeout(f, 5)', "waits on the machine's clock"],
    ['fetch(url, { signal: AbortSignal.timeout(5) })', "waits on the machine's clock"],
    ["import { setTimeout as sleep } from 'node:timers/promises'", 'imports node:timers/promises'],
  ])('finds the fault in %s', (text, fault) => {
    expect(findTestFaults(file(text))).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    "it('keeps what it should', () => {})",
    'clock.setTimeout(() => {}, 5)',
    'setImmediate(resolve)',
    "describe('should', () => {})",
    "it.each(['it.only'])('finds %s', () => {})",
  ])('finds nothing in %s', (text) => {
    expect(findTestFaults(file(text))).toEqual([]);
  });
});

describe('quantile', () => {
  it('takes the value in the middle, whatever the order', () => {
    expect(quantile([9, 1, 5], 0.5)).toBe(5);
    expect(quantile([], 0.5)).toBe(0);
    expect(quantile([1, 2], 1)).toBe(2);
  });
});
