import { describe, expect, it } from 'vitest';
import { fetchAll } from './support/http-venue.js';

/** Above what the server takes in a second. */
const REQUESTS = 300;

describe('against a real server whose latency grows and that refuses', () => {
  it('gets everything done, at six at once and at what it finds by itself', { timeout: 120_000 }, async () => {
    const fixed = await fetchAll(REQUESTS, 6);
    const adaptive = await fetchAll(REQUESTS);

    expect([fixed.report.results.size, adaptive.report.results.size]).toEqual([REQUESTS, REQUESTS]);
    expect([...adaptive.report.results.values()].every(({ status }) => status === 200)).toBe(true);
    expect(adaptive.report.failures.size).toBe(0);
  });
});
