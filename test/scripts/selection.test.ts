import { describe, expect, it } from 'vitest';
import type { Gate } from '../../scripts/check/gate.js';
import { selectGates, type Wanted } from '../../scripts/check/selection.js';

const gate = (name: string, more: Partial<Gate> = {}): Gate => ({
  name,
  claim: '',
  run: () => Promise.resolve({ isPassed: true, summary: '' }),
  ...more,
});
const gates = [
  gate('build'),
  gate('lint'),
  gate('pack', { needs: ['build'] }),
  gate('load', { needs: ['pack'] }),
  gate('slow', { isExtra: true }),
];
const select = (wanted: Partial<Wanted>): string[] =>
  selectGates(gates, { names: [], skipped: [], isAll: false, ...wanted }).map(({ name }) => name);

describe('selectGates', () => {
  it('takes every gate that is not extra when none is named', () => {
    expect(select({})).toEqual(['build', 'lint', 'pack', 'load']);
  });

  it('takes the extra ones too when all are asked for', () => {
    expect(select({ isAll: true })).toEqual(['build', 'lint', 'pack', 'load', 'slow']);
  });

  it('takes a named gate with everything it needs, in order', () => {
    expect(select({ names: ['load'] })).toEqual(['build', 'pack', 'load']);
  });

  it('takes an extra gate that is named', () => {
    expect(select({ names: ['slow'] })).toEqual(['slow']);
  });

  it('leaves a skipped gate out', () => {
    expect(select({ skipped: ['lint', 'load'] })).toEqual(['build', 'pack']);
  });

  it('keeps a skipped gate that another one needs', () => {
    expect(select({ skipped: ['build'] })).toEqual(['build', 'lint', 'pack', 'load']);
  });

  it('refuses a name that is no gate and lists those there are', () => {
    expect(() => select({ names: ['lynt'] })).toThrow('no gate is called lynt; there are build, lint');
    expect(() => select({ skipped: ['lynt'] })).toThrow('no gate is called lynt');
  });
});
