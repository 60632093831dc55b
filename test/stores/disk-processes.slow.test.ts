import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { diskStore } from 'tickwise/stores/disk';
import { bytesBelow } from './disk-files.js';
import { programOf } from '../program.js';
import { temporaryFolder } from './temporary-folder.js';

describe('a process that is killed while it writes', () => {
  it('leaves whole values, not older than those it has reported', { timeout: 120_000 }, async () => {
    const start = await programOf('test/stores/fixtures/disk-writer.ts');
    const folder = await temporaryFolder();
    const store = diskStore({ folder });
    await using _ = store;
    const read = async (key: string): Promise<number> => {
      const bytes = Buffer.from((await store.get(key)) ?? []);
      const number = Number.parseInt(bytes.toString('latin1', 0, 20), 10);
      expect(bytes.equals(Buffer.alloc(200_000, `${number};`))).toBe(true);
      return number;
    };

    let reported = 0;
    for (let kill = 0; kill < 8; kill++) {
      const program = start(folder, String(reported + 1));
      for await (const line of createInterface({ input: program.stdout })) {
        reported = Number(line);
        // Another process reads while it is written.
        expect(await read('a')).toBeGreaterThanOrEqual(reported);
        if (reported % 7 === kill % 7) break;
      }
      program.kill('SIGKILL');
      await once(program, 'exit');

      expect(await read('a')).toBeGreaterThanOrEqual(reported);
      expect(await read('b')).toBeGreaterThanOrEqual(reported);
    }

    expect(store.stats()).toMatchObject({ corrupt: 0, misses: 0 });
  });
});

describe('two processes on one folder', () => {
  it('see each other’s changes at once while both fill it, and keep its bounds', { timeout: 120_000 }, async () => {
    const start = await programOf('test/stores/fixtures/disk-partner.ts');
    const folder = await temporaryFolder();
    const store = diskStore({ folder, maxEntries: 32 });
    await using _ = store;
    const partner = start(folder);
    const answers = createInterface({ input: partner.stdout })[Symbol.asyncIterator]();

    for (let round = 0; round < 60; round++) {
      await store.set('ping', Buffer.from(`round ${round}`), Infinity);
      partner.stdin.write('\n');
      for (let filler = 0; filler < 5; filler++) await store.set(`own ${round} ${filler}`, Buffer.of(1), Infinity);
      const { value: ping } = await answers.next();

      // Whoever was slower may have lost its value to the fillers, but none is old.
      expect([`round ${round}`, '']).toContain(ping);
      const pong = await store.get('pong');
      if (pong !== undefined) expect(Buffer.from(pong).toString()).toBe(ping);
    }
    partner.stdin.end();
    await once(partner, 'exit');

    expect(store.stats().evictions).toBeGreaterThan(0);
    expect(await bytesBelow(folder)).toBeLessThanOrEqual((32 + 8) * 4_096);
  });
});
