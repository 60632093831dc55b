import { expect, it } from 'vitest';
import { heapGrowthOf } from '../schedule/support/heap.js';

it('a lazy list of ten million keys takes less than 50 MB of heap', async () => {
  const growth = await heapGrowthOf(10_000_000);

  console.log({ growth });
  expect(growth).toBeLessThan(50e6);
});
