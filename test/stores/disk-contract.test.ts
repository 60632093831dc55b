import { describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { storeContract } from 'tickwise/stores/contract';
import { diskStore } from 'tickwise/stores/disk';
import { temporaryFolder } from './temporary-folder.js';

describe.each(['process', 'power'] as const)('a disk store that survives the end of: %s', (durability) => {
  it.each(storeContract)('$title', async ({ run }) => {
    const folder = await temporaryFolder();
    const clock = new VirtualClock();

    const makeStore = () => diskStore({ folder, durability, clock, ioClock: clock });

    await expect(run(makeStore, (ms) => clock.advance(ms))).resolves.toBeUndefined();
  });
});
