import { ChangeGate, Derivation } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

describe('the examples of derive', () => {
  it('in examples/derive.ts print what they say', async () => {
    const lines: unknown[][] = [];
    vi.spyOn(console, 'log').mockImplementation((...line: unknown[]) => void lines.push(line));

    await import('../../examples/derive.js');

    expect(lines.slice(0, 4)).toEqual([
      ['1 of 3 symbols rise'],
      ['2 of 3 symbols rise'],
      ['1 of 3 symbols rise'],
      ['21 values computed in 12 passes, 4 of them the same as before'],
    ]);
    expect(lines[4]?.[1]).toMatchObject({ name: "trend of 'ETHUSDT'", state: 'changed', because: ['mid'] });
  });

  it('in the comment of Derivation give what it says', () => {
    const graph = new Derivation();
    const bid = graph.input(100);
    const ask = graph.input(102);
    const mid = graph.computed([bid, ask], (b, a) => (b + a) / 2);
    const side = graph.computed([mid], (value) => (value > 100 ? 'long' : 'flat'));
    const { passes, cutOff } = graph.stats();

    graph.batch(() => {
      bid.set(101);
      ask.set(103);
    });

    expect(side.get()).toBe('long');
    expect(graph.stats().passes).toBe(passes + 1);
    expect(graph.stats().cutOff).toBe(cutOff + 1);
  });

  it('in the comment of ChangeGate give what it says', () => {
    const gate = new ChangeGate<string>({ epsilon: 0.005 });

    expect([100, 100.004, 100.006].map((mid) => gate.changed('BTCUSDT', mid))).toEqual([true, false, true]);
  });
});
