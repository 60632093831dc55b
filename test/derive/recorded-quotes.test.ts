import { ChangeGate } from 'tickwise/derive';
import { describe, expect, it } from 'vitest';
import { hasRecordings, recordedFrames } from '../feed/recordings.js';

/** What a quote carries: symbol, and best bid and ask as the venue wrote them. */
interface Quote {
  readonly s: string;
  readonly b: string;
  readonly a: string;
}

function recordedQuotes(): Quote[] {
  const frames = recordedFrames('binance-usdm-btc-eth-2024-08-08', (line) => line.includes('@bookTicker"'));
  return frames.map(({ text }) => (JSON.parse(text) as { data: Quote }).data);
}

describe.skipIf(!hasRecordings)('recorded futures quotes through a ChangeGate', { timeout: 60_000 }, () => {
  it.each<[string, (quote: Quote) => unknown]>([
    ['mid of best bid and ask', ({ b, a }) => (Number(b) + Number(a)) / 2],
    ['text of best bid and ask', ({ b, a }) => `${b}/${a}`],
  ])('change 1 627 times in 50 516 frames by the %s', (_name, valueOf) => {
    const quotes = recordedQuotes();
    const gate = new ChangeGate<string>();
    const changes: Record<string, number> = {};

    for (const quote of quotes) {
      if (gate.changed(quote.s, valueOf(quote))) changes[quote.s] = (changes[quote.s] ?? 0) + 1;
    }

    expect(quotes).toHaveLength(50_516);
    expect(changes).toEqual({ BTCUSDT: 616, ETHUSDT: 1_011 });
    expect(gate.stats()).toEqual({ checks: 50_516, passed: 1_627, suppressed: 48_889, keys: 2, evicted: 0 });
  });
});
