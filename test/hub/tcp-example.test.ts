import { expect, it } from 'vitest';
import { run } from '../../examples/tcp-source.js';

it('the example of a source of one’s own shares one TCP connection', async () => {
  const lines = await run(() => undefined);

  expect(lines).toEqual([
    'model 1: 61250',
    'model 2: 61250',
    'the venue has 1 connection with 1 subscription',
    'after close it has 0',
  ]);
});
