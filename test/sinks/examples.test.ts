import { describe, expect, it, vi } from 'vitest';

/** What a program prints: texts, and the rows of its tables. */
function listen(): { readonly lines: string[]; readonly tables: object[] } {
  const printed = { lines: [] as string[], tables: [] as object[] };
  vi.stubEnv('TICKWISE_DATA', undefined);
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'example']);
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.lines.push(line));
  vi.spyOn(console, 'table').mockImplementation((rows: object) => void printed.tables.push(rows));
  return printed;
}

describe('the examples of the sinks', () => {
  it('trades-to-bars stores 10 000 trades and prints bars of all of them', async () => {
    const { lines, tables } = listen();

    await import('../../examples/trades-to-bars.js');

    const bars = Object.values(tables[0] ?? {}) as {
      open: number;
      high: number;
      low: number;
      close: number;
      trades: number;
    }[];
    expect(lines).toEqual(['10000 synthetic trades in 20 batches, 0 refused']);
    expect(bars).toHaveLength(6);
    expect(bars.reduce((sum, { trades }) => sum + trades, 0)).toBe(10_000);
    for (const { open, high, low, close } of bars) {
      expect(Math.max(open, close)).toBeLessThanOrEqual(high);
      expect(Math.min(open, close)).toBeGreaterThanOrEqual(low);
    }
  });

  it('alerts sends a quarter of the messages, no alert later than its window and a half, urgent ones at once', async () => {
    const { tables } = listen();

    await import('../../examples/alerts.js');

    const [{ 'one message each': single, batched }] = tables as [Record<string, Record<string, number>>];
    expect(single?.['messages']).toBe(300);
    expect(batched?.['messages']).toBeLessThanOrEqual(80);
    expect(batched?.['p99 s']).toBeLessThanOrEqual(45);
    expect(batched?.['urgent max ms']).toBeLessThanOrEqual(100);
    expect(single?.['urgent max ms']).toBeGreaterThan(10_000);
  });
});
