import { expect, it } from 'vitest';
import { run } from '../../examples/feed.js';

it('the example of the feed prints a book and a trade from one connection', async () => {
  const lines = await run(() => undefined);

  expect(lines).toEqual([
    'book ready: 99.5 / 100',
    'book ready: 99.9 / 100',
    'BTCUSDT: buy 0.3 at 100',
    '1 connection, 1 request, 4 frames',
  ]);
});
