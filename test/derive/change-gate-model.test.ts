import * as fc from 'fast-check';
import { ChangeGate } from 'tickwise/derive';
import { describe, expect, it } from 'vitest';
import { ClockModel, isSame } from './gate-model.js';

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -20, max: 20 }).map((tick) => tick / 4) },
  { weight: 2, arbitrary: fc.double() },
  { weight: 2, arbitrary: fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE) },
  { weight: 2, arbitrary: fc.constantFrom('buy', 'sell', undefined, null, true, 1n, Symbol.iterator) },
);
const key = fc.integer({ min: 0, max: 9 });
const step = fc.oneof(
  { weight: 30, arbitrary: fc.record({ do: fc.constant('check' as const), key, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('forget' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
);
const tolerance = fc.record(
  { epsilon: fc.constantFrom(0, 0.25, 1, 1e-9, 1e300), relative: fc.constantFrom(0, 0.1, 0.5, 1) },
  { requiredKeys: [] },
);

describe('ChangeGate against the values that passed in a plain Map', () => {
  it('gives the same answers while there is room for all keys', () => {
    fc.assert(
      fc.property(tolerance, fc.array(step, { maxLength: 200, size: 'max' }), (options, steps) => {
        const gate = new ChangeGate<number>(options);
        const model = new Map<number, unknown>();
        const counts = { checks: 0, passed: 0, suppressed: 0 };
        for (const one of steps) {
          if (one.do === 'clear') {
            gate.clear();
            model.clear();
          } else if (one.do === 'forget') {
            expect(gate.forget(one.key)).toBe(model.delete(one.key));
          } else {
            const isChange = !model.has(one.key) || !isSame(model.get(one.key), one.value, options);
            counts.checks++;
            counts[isChange ? 'passed' : 'suppressed']++;
            if (isChange) model.set(one.key, one.value);

            expect(gate.changed(one.key, one.value)).toBe(isChange);
            expect(gate.explain(one.key)?.value).toBe(model.get(one.key));
          }
          expect(gate.stats()).toEqual({ ...counts, keys: model.size, evicted: 0 });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('suppresses, with less room, only what the last value that passed is the same as', () => {
    fc.assert(
      fc.property(
        tolerance,
        fc.integer({ min: 1, max: 12 }),
        fc.array(step, { maxLength: 200, size: 'max' }),
        (options, maxKeys, steps) => {
          const gate = new ChangeGate<number>({ ...options, maxKeys });
          const lastPassed = new Map<number, unknown>();
          for (const one of steps) {
            if (one.do === 'clear') gate.clear();
            else if (one.do === 'forget') gate.forget(one.key);
            else if (gate.changed(one.key, one.value)) lastPassed.set(one.key, one.value);
            else expect(isSame(lastPassed.get(one.key), one.value, options)).toBe(true);

            const { checks, passed, suppressed, keys } = gate.stats();
            expect(checks).toBe(passed + suppressed);
            expect(keys).toBeLessThanOrEqual(maxKeys);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lets nothing through that is as close to the last value that passed as it explains', () => {
    const part = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1));
    fc.assert(
      fc.property(tolerance, value, fc.array(part, { maxLength: 30, size: 'max' }), (options, first, parts) => {
        const gate = new ChangeGate<number>(options);
        gate.changed(0, first);
        const reach = gate.explain(0)?.tolerance;
        fc.pre(typeof first === 'number' && reach !== undefined);

        for (const each of parts.flatMap((one) => [first + one * reach, first - one * reach])) {
          // Rounded, it may be further away.
          const isClose = Math.abs(each - first) <= reach;
          if (isClose) expect(gate.changed(0, each)).toBe(false);
        }
        expect(gate.changed(0, Number.NaN)).toBe(true);
        expect(gate.explain(0)).toEqual({ value: Number.NaN, tolerance: undefined });
      }),
    );
  });

  it('gives up the keys that a clock with a second chance gives up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(step, { maxLength: 200, size: 'max' }),
        (maxKeys, steps) => {
          const gate = new ChangeGate<number>({ maxKeys });
          const model = new ClockModel(maxKeys);
          for (const one of steps) {
            if (one.do === 'clear') {
              gate.clear();
              model.clear();
            } else if (one.do === 'forget') {
              if (model.values.delete(one.key)) model.forget(one.key);
              gate.forget(one.key);
            } else {
              const isKnown = model.values.has(one.key);
              const isChange = !isKnown || !Object.is(model.values.get(one.key), one.value);
              if (isKnown) model.ask(one.key);
              else model.admit(one.key);
              model.values.set(one.key, isChange ? one.value : model.values.get(one.key));

              expect(gate.changed(one.key, one.value)).toBe(isChange);
            }
            expect(gate.stats()).toMatchObject({ keys: model.values.size, evicted: model.evicted });
            const keys = Array.from({ length: 10 }, (_, at) => at);
            expect(keys.filter((at) => gate.explain(at) !== undefined)).toEqual(
              keys.filter((at) => model.values.has(at)),
            );
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
