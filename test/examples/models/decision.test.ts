import { describe, expect, it } from 'vitest';
import { consensusOf } from '../../../examples/trading-pipeline/models/consensus.js';
import { decide } from '../../../examples/trading-pipeline/models/gate.js';

const buy = { action: 1, strength: 0.8 } as const;
const sell = { action: -1, strength: 0.8 } as const;
const hold = { action: 0, strength: 0 } as const;
const free = { correlation: () => 0, hasRoom: () => true };

describe('consensus', () => {
  it('is the strength of the votes when all agree', () => {
    const votes = [
      { kind: 'ppo', signal: buy },
      { kind: 'genetic', signal: buy },
    ] as const;

    expect(consensusOf(votes, 'rising')).toBeCloseTo(0.8, 12);
  });

  it('weighs votes by how the regime trusts their kind', () => {
    const votes = [
      { kind: 'ppo', signal: buy },
      { kind: 'spectrum', signal: sell },
    ] as const;

    expect(consensusOf(votes, 'turbulent')).toBeGreaterThan(0);
    expect(consensusOf(votes, 'range')).toBe(0);
  });

  it('is 0 without votes and in an unknown regime', () => {
    expect(consensusOf([], 'range')).toBe(0);
    expect(consensusOf([{ kind: 'ppo', signal: buy }], 'unknown')).toBe(0);
  });

  it('counts a hold as a vote against acting', () => {
    const votes = [
      { kind: 'ppo', signal: buy },
      { kind: 'genetic', signal: hold },
    ] as const;

    expect(consensusOf(votes, 'rising')).toBeCloseTo(0.4, 12);
  });
});

describe('gate', () => {
  it.each([
    ['refuses a weak score', { symbol: 'A', score: 0.1, regime: 'range' }, 0, 'weak'],
    ['refuses anything in a turbulent market', { symbol: 'A', score: 0.9, regime: 'turbulent' }, 0, 'turbulent'],
    ['accepts a strong buy', { symbol: 'A', score: 0.5, regime: 'rising' }, 1, 'accepted'],
    ['accepts a strong sell', { symbol: 'A', score: -0.5, regime: 'falling' }, -1, 'accepted'],
  ] as const)('%s', (_, proposal, action, reason) => {
    const [decision] = decide([proposal], free);

    expect(decision).toMatchObject({ action, reason, crowding: Number.NaN });
  });

  it('keeps the stronger of two symbols that move alike in the same direction', () => {
    const proposals = [
      { symbol: 'A', score: 0.4, regime: 'rising' },
      { symbol: 'B', score: 0.6, regime: 'rising' },
    ] as const;

    const decisions = decide(proposals, { ...free, correlation: () => 0.95 });

    expect(decisions).toMatchObject([
      { symbol: 'B', action: 1, reason: 'accepted' },
      { symbol: 'A', action: 0, reason: 'crowded', crowding: 0.95 },
    ]);
  });

  it.each([
    ['opposite directions', -0.4, 0.95],
    ['a low correlation', 0.4, 0.5],
    ['an undefined correlation', 0.4, Number.NaN],
  ])('takes two symbols with %s', (_, score, correlation) => {
    const proposals = [
      { symbol: 'A', score, regime: 'range' },
      { symbol: 'B', score: 0.6, regime: 'range' },
    ] as const;

    expect(
      decide(proposals, { ...free, correlation: () => correlation }).every(({ reason }) => reason === 'accepted'),
    ).toBe(true);
  });

  it('refuses what the position leaves no room for, and asks only then', () => {
    const asked: string[] = [];
    const hasRoom = (symbol: string): boolean => asked.push(symbol) === 0;
    const proposals = [
      { symbol: 'A', score: 0.5, regime: 'rising' },
      { symbol: 'B', score: 0.1, regime: 'rising' },
    ] as const;

    const decisions = decide(proposals, { ...free, hasRoom });

    expect(decisions.map(({ action, reason }) => [action, reason])).toEqual([
      [0, 'full'],
      [0, 'weak'],
    ]);
    expect(asked).toEqual(['A']);
  });
});
