import { ArgumentError } from 'tickwise/core';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { expect, it } from 'vitest';

it.each([null, 5, true, 'fast'])('submit refuses %o for its options, and starts nothing', async (wrong) => {
  const scheduler = new AdaptiveScheduler();
  let calls = 0;
  const submit = scheduler.submit.bind(scheduler) as (task: () => number, options: unknown) => Promise<number>;

  await expect((async () => submit(() => ++calls, wrong))()).rejects.toThrow(ArgumentError);

  expect(calls).toBe(0);
  expect(scheduler.stats()).toMatchObject({ queued: 0, running: 0 });
});
