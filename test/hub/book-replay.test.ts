import { type BookChange, OrderBook } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import { expect, it } from 'vitest';
import { delta, snapshot } from '../feed/books.js';
import { settle } from './test-source.js';

/** The state of a book as one change, which anybody can begin with. */
function wholeOf(book: OrderBook): BookChange {
  return { type: 'snapshot', bids: book.bids(), asks: book.asks(), lastId: book.lastId };
}

it('a late subscriber of a topic of whole books begins with a consistent one and its sequence', async () => {
  const hub = new SubscriptionHub<{ deltas: BookChange; book: BookChange }>({ replay: 1 });
  const book = new OrderBook();
  hub.subscribe('book', () => {});
  hub.subscribe('deltas', (change) => {
    if (book.apply(change) === 'ready') void hub.publish('book', wholeOf(book));
  });
  hub.publish('deltas', { ...snapshot([['99', '1']], [['101', '1']]), lastId: 10 });
  hub.publish('deltas', { ...delta([['98', '2']], []), lastId: 11 });
  hub.publish('deltas', { ...delta([['99', '0']], [['100.5', '3']]), lastId: 12 });
  const late = new OrderBook();
  const told: unknown[] = [];

  hub.subscribe('book', (change, { replayed }) => {
    told.push([change.lastId, replayed]);
    late.apply(change);
  });
  await settle();
  const replayed = wholeOf(late);
  hub.publish('deltas', { ...delta([['98.5', '4']], []), lastId: 13 });

  expect(replayed).toMatchObject({
    lastId: 12,
    bids: [{ price: 98, size: 2 }],
    asks: [{ price: 100.5 }, { price: 101 }],
  });
  expect(told).toEqual([
    [12, true],
    [13, false],
  ]);
  expect(wholeOf(late)).toEqual(wholeOf(book));
});
