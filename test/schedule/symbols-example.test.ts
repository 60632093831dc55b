import { expect, it, vi } from 'vitest';

it('the example of many symbols asks once per model, gives what single calls give, and names bad signals', async () => {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...line: unknown[]) => void lines.push(line.join(' ')));

  await import('../../examples/micro-batch-over-symbols.js');

  const result = '100 calls one by one, 1 together; 90 signals, 10 symbols without history; equal: true';
  expect(lines).toEqual([
    `ppo: ${result}`,
    `genetic: ${result}`,
    `spectrum: ${result}`,
    expect.stringMatching(/^270 signals are good, checked in \d+ calls$/),
    'broken S1: strength must be from 0 to 1, got NaN',
    'broken S2: strength must be from 0 to 1, got 7',
  ]);
});
