import type { Benchmark } from '../runner/contract.js';
import { arraySide, ccxtSide, driving, mapBook, orderBook, sortedBook } from './support/books.js';
import type { CcxtSidesModule } from './support/peers.js';

export default {
  question: 'how long does a level take to change in a book of 500 levels a side, read after each message?',
  operation: 'level',
  leastOperations: 4_096,
  checkOperations: 200_000,
  reference(operations) {
    const book = driving(mapBook);
    void book.run(operations);
    return book.answer();
  },
  contenders: [
    { name: 'OrderBook', ours: true, setup: () => driving(orderBook) },
    { name: 'Map, sorted when read', setup: () => driving(mapBook) },
    { name: 'sorted array of pairs', setup: () => driving(() => sortedBook(arraySide)) },
    {
      name: 'ccxt order book',
      package: 'ccxt',
      file: 'js/src/base/ws/OrderBookSide.js',
      setup: (module) => driving(() => sortedBook((side) => ccxtSide(module as CcxtSidesModule, side))),
    },
  ],
  note:
    'Deltas of a recorded Bybit book, about 60 levels each. OrderBook checks every level and id, and keeps the texts; the ' +
    'others check nothing. Levels come as numbers, taken apart before.',
} satisfies Benchmark;
