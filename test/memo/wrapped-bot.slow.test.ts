import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { hasRecordings } from '../feed/recordings.js';

it.skipIf(!hasRecordings)(
  'examples/wrapped-bot.ts has 3.9 % hits on the recorded quotes with the naive key',
  { timeout: 120_000 },
  async () => {
    const folder = process.env['TICKWISE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
    const lines: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    vi.stubEnv('TICKWISE_DATA', folder);
    vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'wrapped-bot']);

    await import('../../examples/wrapped-bot.js');

    expect(lines).toEqual([
      'texts, all arguments: 50516 calls, 1987 hits (3.9 %), 48529 texts written',
      'texts, rounded: 50516 calls, 47836 hits (94.7 %), 2680 texts written',
      '47769 texts were served for inputs that differ beyond the rounding; 0 of them read otherwise',
    ]);
    expect(warn).toHaveBeenCalledOnce();
    vi.unstubAllEnvs();
  },
);
