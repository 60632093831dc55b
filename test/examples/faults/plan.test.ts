import { describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../../examples/trading-pipeline/faults/fault.js';
import { planFaults, readFaultKinds } from '../../../examples/trading-pipeline/faults/plan.js';

const MINUTE = 60_000;
const START = 1_700_000_000_000;
const SESSION = { start: START, end: START + MINUTE, bar: 100, symbols: ['BTCUSDT', 'ETHUSDT'] };

describe('the plan of faults', () => {
  it('has each kind once a minute, one at a time, at boundaries of bars in the second half', () => {
    const faults = planFaults(FAULT_KINDS, 7, SESSION);

    expect(faults.map(({ kind }) => kind).toSorted()).toEqual(FAULT_KINDS.toSorted());
    for (const [index, { from, to, symbol }] of faults.entries()) {
      expect(from % SESSION.bar).toBe(0);
      expect(to % SESSION.bar).toBe(0);
      expect(to).toBeGreaterThan(from);
      expect(from).toBeGreaterThanOrEqual(START + MINUTE / 2);
      expect(to).toBeLessThan(faults[index + 1]?.from ?? SESSION.end);
      expect(SESSION.symbols).toContain(symbol);
    }
  });

  it('is the same for the same seed and another for another', () => {
    const [first, again, other] = [3, 3, 4].map((seed) => planFaults(FAULT_KINDS, seed, SESSION));

    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('repeats the kinds in a long session', () => {
    const faults = planFaults(['gap'], 1, { ...SESSION, end: START + 20 * MINUTE });

    expect(faults).toHaveLength(10);
  });

  it('refuses a session that is too short, in one sentence', () => {
    const plan = (): unknown => planFaults(FAULT_KINDS, 1, { ...SESSION, end: START + 10_000 });

    expect(plan).toThrow('the session is too short for 8 faults: it lasts 10 seconds');
  });

  it('reads names, and names what is unknown', () => {
    expect(readFaultKinds('gap, silence,gap')).toEqual(['gap', 'silence']);
    expect(readFaultKinds('all')).toEqual(FAULT_KINDS);
    expect(() => readFaultKinds('gap,earthquake')).toThrow('there is no fault "earthquake"');
  });
});
