import { expect, it } from 'vitest';
import { fetchAll } from '../schedule/support/http-venue.js';

const REQUESTS = 900;

// For a machine with nothing else to do: what the processor holds up looks to the scheduler like a slow venue.
it('is done with a real server at least twice as soon as six at once, with three refusals at most', async () => {
  const fixed = await fetchAll(REQUESTS, 6);
  const adaptive = await fetchAll(REQUESTS);

  console.log(fixed.report.stats.duration, adaptive.report.stats.duration, adaptive.refused);
  expect([fixed.report.results.size, adaptive.report.results.size]).toEqual([REQUESTS, REQUESTS]);
  expect(fixed.refused).toBe(0);
  expect(adaptive.refused).toBeLessThanOrEqual(3);
  expect(adaptive.report.stats.duration * 2).toBeLessThan(fixed.report.stats.duration);
});
