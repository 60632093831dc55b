import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from 'tickwise/core';
import { type FeedReplayReport, replayFeed, type TappedFrame } from 'tickwise/feed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FeedRecorder } from '../../src/feed/feed-recorder.js';
import { testProtocol } from './fake-venue.js';

let folder = '';
let isMounted = false;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-disk-'));
  isMounted = mounted(folder);
});

afterEach(async () => {
  if (isMounted) execFileSync('umount', [folder]);
  await rm(folder, { recursive: true });
});

/** Makes the folder a disk of 256 kB; false where that is not allowed. */
function mounted(path: string): boolean {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function replayAll(): Promise<FeedReplayReport> {
  const files = (await readdir(folder)).filter((file) => file.includes('.ndjson')).map((file) => join(folder, file));
  return await replayFeed({ files: files.toSorted(), protocol: testProtocol(), onError: () => undefined }).play();
}

describe('a recording on a full disk', () => {
  it.for<'none' | 'gzip'>(['none', 'gzip'])(
    'counts what is lost, leaves no empty files behind, and goes on when there is room again: %s',
    async (compress, { skip }) => {
      if (!isMounted) skip('a small disk can be mounted only by the administrator of a Linux machine');
      let tap: (frame: TappedFrame) => void = () => undefined;
      const codes: unknown[] = [];
      const recording = new FeedRecorder(
        (listener) => {
          tap = listener;
          return { [Symbol.dispose]: () => undefined };
        },
        {
          folder,
          compress,
          ioClock: new VirtualClock(1_600_000_000_000),
          onError: (error) => void codes.push(Reflect.get(Object(error) as object, 'code')),
        },
      );
      const record = async (value: number): Promise<void> => {
        tap({ dir: 'in', url: 'ws://a', text: JSON.stringify({ topic: 'a', value }) });
        await recording.flush();
      };
      await record(1);
      await writeFile(join(folder, 'filler'), Buffer.alloc(2 ** 20)).catch(() => undefined);

      for (let value = 2; value <= 500; value++) await record(value);
      const whileFull = recording.stats();
      const files = await readdir(folder);
      await rm(join(folder, 'filler'));
      await record(501);
      await recording.close();
      const { events, badLines } = await replayAll();

      expect(new Set(codes)).toEqual(new Set(['ENOSPC']));
      expect(whileFull.failed).toBeGreaterThan(0);
      expect(whileFull.failed).toBe(codes.length);
      expect(files.length).toBeLessThanOrEqual(3);
      expect(recording.stats()).toMatchObject({ frames: 501, written: 501 - whileFull.failed, pending: 0 });
      expect(events).toBeGreaterThanOrEqual(501 - whileFull.failed);
      expect(badLines).toBeLessThanOrEqual(1);
    },
  );
});
