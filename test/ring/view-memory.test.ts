import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ViewMemory } from '../../src/ring/view-memory.js';

describe('ViewMemory', () => {
  it('never gives a view for another question than it was remembered for', () => {
    const question = fc.record({ rows: fc.integer({ min: 0, max: 7 }), count: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(fc.array(question, { maxLength: 60 }), (questions) => {
        const memory = new ViewMemory();
        const given = new Map<Float64Array, string>();

        for (const { rows, count } of questions) {
          const known = memory.find(rows, count);
          if (known !== undefined) expect(given.get(known as Float64Array)).toBe(`${rows} of ${count}`);
          const view = new Float64Array(rows);
          given.set(view, `${rows} of ${count}`);
          memory.add(rows, count, view);
          expect(memory.find(rows, count)).toBe(view);
        }
      }),
    );
  });

  it('remembers four lengths, and forgets the one remembered longest ago', () => {
    const memory = new ViewMemory();
    const views = [1, 2, 3, 4, 5].map((rows) => new Float64Array(rows));

    for (const view of views.slice(0, 4)) memory.add(view.length, 9, view);
    expect(views.slice(0, 4).map((view) => memory.find(view.length, 9))).toEqual(views.slice(0, 4));
    memory.add(5, 9, new Float64Array(5));

    expect(memory.find(1, 9)).toBeUndefined();
    expect(memory.find(2, 9)).toBe(views[1]);
  });

  it('lets go of everything', () => {
    const memory = new ViewMemory();
    for (const rows of [1, 2, 3]) memory.add(rows, 0, new Float64Array(rows));

    memory.forget();

    for (const rows of [0, 1, 2, 3]) expect(memory.find(rows, 0)).toBeUndefined();
    memory.add(2, 0, new Float64Array(2));
    expect(memory.find(2, 0)).toHaveLength(2);
  });
});
