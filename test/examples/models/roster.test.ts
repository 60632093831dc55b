import { expect, it } from 'vitest';
import { rosterOf } from '../../../examples/trading-pipeline/models/roster.js';

it('takes the first models for a number', () => {
  expect(rosterOf('4').map(({ name }) => name)).toEqual(['ppo', 'genetic', 'spectrum', 'ppo-2']);
  expect(rosterOf('9')).toHaveLength(9);
  expect(rosterOf('27')).toHaveLength(27);
});

it('takes names, with variants by number', () => {
  expect(rosterOf('spectrum, ppo-3')).toEqual([
    { name: 'spectrum', kind: 'spectrum', variant: 0 },
    { name: 'ppo-3', kind: 'ppo', variant: 2 },
  ]);
});

it.each(['0', '28', '999999999', '', 'ppo,ppo', 'lstm', 'ppo-1', 'ppo-10', '-3', '1.5', '__proto__'])(
  'refuses "%s" with one sentence',
  (text) => {
    expect(() => rosterOf(text)).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringContaining('model') }),
    );
  },
);
