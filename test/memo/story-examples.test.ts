import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let lines: string[];
let warnings: string[];

beforeEach(() => {
  vi.resetModules();
  lines = [];
  warnings = [];
  vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => void lines.push(words.map(String).join(' ')));
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('examples/session-open.ts', () => {
  it('shows what warm takes away from the first calls', async () => {
    await import('../../examples/session-open.js');

    const [without, , withWarm] = lines;
    expect(Number(/p99 (\d+) ms/.exec(without ?? '')?.[1])).toBeGreaterThan(90);
    expect(withWarm).toBe('first call after warm: median 0 ms, p99 0 ms');
  });
});

describe('examples/wrapped-bot.ts', () => {
  it('shows the naive key, the warning, and the right key on random quotes', async () => {
    vi.stubEnv('TICKWISE_DATA', undefined);
    vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'wrapped-bot']);

    await import('../../examples/wrapped-bot.js');

    expect(warnings).toEqual([
      expect.stringMatching(/memo texts, all arguments: only \S+ % of \d+ calls were hits, argument 2 /),
    ]);
    const [exact, rounded] = lines.filter((line) => line.startsWith('texts,'));
    expect(rateOf(exact)).toBeLessThan(5);
    expect(rateOf(rounded)).toBeGreaterThan(80);
    expect(lines.at(-1)).toMatch(
      /^\d+ texts were served for inputs that differ beyond the rounding; 0 of them read otherwise$/,
    );
  });
});

function rateOf(line: string | undefined): number {
  return Number(/\(([\d.]+) %\)/.exec(line ?? '')?.[1]);
}
