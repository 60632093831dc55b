import { CallKeys } from '../../src/memo/call-keys.js';

/** Numbers from 0 to 1, the same each time. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Order = readonly [symbol: string, side: string, price: number, quantity: number];

/** Distinct orders as a bot sends them. */
function* ordersOf(count: number): Generator<Order> {
  const next = random(12_345);
  const seen = new Set<string>();
  while (seen.size < count) {
    const order: Order = [
      `S${Math.floor(next() * 5_000)}USDT`,
      next() < 0.5 ? 'buy' : 'sell',
      Number((next() * 1e5).toFixed(2)),
      Math.floor(next() * 1e6),
    ];
    const text = JSON.stringify(order);
    if (seen.has(text)) continue;
    seen.add(text);
    yield order;
  }
}

/** Calls with so many distinct orders, twice. What came of it: wrong values, and first calls that were hits. */
export function checkOrders(
  side: ((...order: unknown[]) => string) & { stats(): { readonly misses: number } },
  count: number,
): { wrong: number; merged: number } {
  let wrong = 0;
  for (const order of ordersOf(count)) if (side(...order) !== order.join('|')) wrong++;
  const merged = count - side.stats().misses;
  for (const order of ordersOf(count)) if (side(...order) !== order.join('|')) wrong++;
  return { wrong, merged };
}

/** Makes the fingerprints of so many windows that differ in one or two prices. How many agree with an earlier one. */
export function checkWindows(count: number): { merged: number } {
  const keys = new CallKeys('fingerprint');
  const bars = Array.from({ length: 16 }, (_, i) => ({ open: 60_000 + i, close: 60_000.25 + i }));
  const seen = new Set<unknown>();
  for (let i = 0; i < count; i++) {
    const [a, b] = [i % 1_000, Math.floor(i / 1_000)];
    const window = bars.with(3, { open: 60_000 + a / 4, close: 5 }).with(11, { open: 7, close: 60_000 + b / 4 });
    seen.add(keys.ofOne(window));
  }
  return { merged: count - seen.size };
}
