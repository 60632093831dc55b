import { expect, it } from 'vitest';
import { run } from '../../examples/feed.js';
import { run as runOwnVenue } from '../../examples/own-venue.js';

it('the example of the feed prints a book and a trade from one connection', async () => {
  const lines = await run(() => undefined);

  expect(lines).toEqual([
    'book ready: 99.5 / 100',
    'book ready: 99.9 / 100',
    'BTCUSDT: buy 0.3 at 100',
    '1 connection, 1 request, 4 frames',
  ]);
});

it('the example of an own venue prints its trades once each over a lost connection', async () => {
  const lines = await runOwnVenue(() => undefined);

  expect(lines.toSorted()).toEqual(
    [
      'ArgumentError: harbour refused: no such fish',
      'herring is live',
      'herring 1: 20 kg at 4.1',
      'herring 2: 40 kg at 4.2',
      'herring is failed',
      'herring is gap',
      'herring is live',
      'herring 3: 60 kg at 4.3',
      'herring is closed',
      '2 connections, 1 trade sent again, 1 malformed frame',
    ].toSorted(),
  );
  expect(lines.filter((line) => line.startsWith('herring'))).toEqual([
    'herring is live',
    'herring 1: 20 kg at 4.1',
    'herring 2: 40 kg at 4.2',
    'herring is failed',
    'herring is gap',
    'herring is live',
    'herring 3: 60 kg at 4.3',
    'herring is closed',
  ]);
});
