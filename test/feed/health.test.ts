import { describe, expect, it } from 'vitest';
import { scene } from './fake-venue.js';

const nothing = (): void => undefined;

describe('the connections of a pool', () => {
  it('say how they do', async () => {
    await using stage = await scene({}, { limits: { topicsPerConnection: 2 } });
    const { pool, venue, clock } = stage;
    await Promise.all(['a', 'b', 'c'].map((topic) => pool.subscribe(topic, nothing)));
    await clock.advance(5_000);
    venue.send({ topic: 'c', value: 1 });
    await stage.flush();
    await clock.advance(2_000);

    const { links } = pool.stats();

    expect(links).toEqual([
      { url: venue.url, state: 'open', topics: 2, failures: 0, age: 7_000, silence: 7_000 },
      { url: venue.url, state: 'open', topics: 1, failures: 0, age: 7_000, silence: 2_000 },
    ]);
  });

  it('get new topics where they are open and fail least', async () => {
    await using stage = await scene({}, { limits: { topicsPerConnection: 3 } });
    const { pool, venue, clock, errors } = stage;
    const ends = await Promise.all(['a', 'b', 'c', 'd'].map((topic) => pool.subscribe(topic, nothing)));
    await ends[0]?.();
    await venue.requests.atLeast(3);
    await stage.flush();
    venue.connections.entries[0]?.terminate();
    await errors.atLeast(1);

    const whileLost = pool.subscribe('e', nothing);
    await whileLost;
    await clock.advance(1_000);
    await venue.connections.atLeast(3);

    expect(pool.stats().links.map(({ topics }) => topics)).toEqual([2, 2]);
    expect(pool.stats().links[0]?.failures).toBe(1);
  });

  it('are opened within the budget of the venue, all together, however often they are lost', async () => {
    const window = 60_000;
    await using stage = await scene(
      { reconnect: { minDelay: 1, maxDelay: 5, stableAfter: 0 } },
      { limits: { topicsPerConnection: 1, connectionsPerWindow: 6, connectionWindow: window } },
    );
    const { pool, venue, clock } = stage;
    venue.connections.tap((socket) => socket.terminate());

    for (const topic of ['a', 'b', 'c']) void pool.subscribe(topic, nothing).catch(nothing);
    const opened: number[] = [];
    for (let step = 0; step < 60; step++) {
      await clock.advance(5_000);
      const { opened: count } = pool.stats();
      opened.push(count);
      await venue.connections.atLeast(count);
    }

    // What was opened at the time of a sample, but after it, counts with the next one.
    const steps = window / 5_000 - 1;
    for (const [index, count] of opened.entries()) expect(count - (opened[index - steps] ?? 0)).toBeLessThanOrEqual(6);
    expect(opened.at(-1)).toBeGreaterThan(12);
  });

  it('count the reconnects of the last hour', async () => {
    await using stage = await scene();
    const { pool, venue, clock, errors } = stage;
    await pool.subscribe('a', nothing);
    for (let loss = 1; loss <= 3; loss++) {
      venue.socket.terminate();
      await errors.atLeast(loss);
      await clock.advance(1_000);
      await venue.requests.atLeast(loss + 1);
      await stage.flush();
    }

    expect(pool.stats()).toMatchObject({ reconnects: 3, reconnectsLastHour: 3 });
    await clock.advance(3_600_000);
    expect(pool.stats()).toMatchObject({ reconnects: 3, reconnectsLastHour: 0 });
  });
});
