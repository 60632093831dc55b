import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../examples/trading-pipeline/recording/index.js';
import { synthesiseSession } from '../../../examples/trading-pipeline/synthetic/index.js';
import { FrameWindow } from '../../../examples/trading-pipeline/venue/frame-window.js';
import { openServer } from './test-server.js';
import { isMark, TestClient } from './test-client.js';

/** Frames without end, and how many of them were made. */
function endless(): { frames: Iterable<Frame>; made: () => number } {
  let made = 0;
  function* frames(): Generator<Frame> {
    for (;;) {
      made += 1;
      yield { t: made, topic: 'a', symbol: 'A', stream: 'trade', text: `${made}` };
    }
  }
  return { frames: { [Symbol.iterator]: frames }, made: () => made };
}

const ENOUGH = 100_000;

describe('a window on frames', () => {
  it('makes each frame once, when the first place comes to it', () => {
    const { frames, made } = endless();
    const window = new FrameWindow(frames);
    const cursor = { frame: 0, mark: 0 };
    window.join(cursor);

    const texts = [window.at(0)?.text, window.at(2)?.text, window.at(1)?.text, window.payload(2).toString()];

    expect(texts).toEqual(['1', '3', '2', '3']);
    expect(made()).toBe(3);
  });

  it('holds no more than a page behind the slowest place, however long the session', () => {
    const { frames } = endless();
    const window = new FrameWindow(frames);
    const [fast, slow] = [
      { frame: 0, mark: 0 },
      { frame: 0, mark: 0 },
    ];
    for (const cursor of [fast, slow]) window.join(cursor);
    let most = 0;

    for (let step = 0; step < ENOUGH; step += 1) {
      for (const cursor of [fast, slow]) {
        expect(window.at(cursor.frame)?.t).toBe(cursor.frame + 1);
        if (cursor === fast || step % 2 === 0) cursor.frame += window.hasRoomFor(cursor) ? 1 : 0;
        window.release();
      }
      most = Math.max(most, window.held);
    }

    expect(fast.frame).toBeGreaterThan(slow.frame);
    expect(most).toBeLessThanOrEqual(16_384 + 1);
  });

  it('lets the furthest place wait until the slowest has come further or is gone', () => {
    const { frames } = endless();
    const window = new FrameWindow(frames);
    const [fast, slow] = [
      { frame: 20_000, mark: 0 },
      { frame: 0, mark: 0 },
    ];
    for (const cursor of [fast, slow]) window.join(cursor);
    window.at(fast.frame);
    let resumed = 0;
    window.wait(() => (resumed += 1));
    expect(window.hasRoomFor(fast)).toBe(false);

    slow.frame = 10_000;
    window.release();
    expect([resumed, window.hasRoomFor(fast)]).toEqual([1, true]);

    window.leave(slow);
    expect(window.held).toBe(1);
  });

  it('begins a late place where frames are still held', () => {
    const { frames } = endless();
    const window = new FrameWindow(frames);
    const early = { frame: 5_000, mark: 0 };
    window.join(early);
    window.at(early.frame);
    window.release();
    const late = { frame: 0, mark: 0 };

    window.join(late);

    expect(late.frame).toBe(5_000);
  });
});

it('gives every client all frames in order, however far one is ahead', { timeout: 60_000 }, async () => {
  const session = synthesiseSession({ seed: 2, duration: 90_000, symbols: ['BTCUSDT', 'ETHUSDT'] });
  const server = await openServer(session, { bar: 1_000 });
  const clients = [await TestClient.connect(`${server.url}/stream`), await TestClient.connect(`${server.url}/stream`)];
  for (const client of clients) {
    await client.ask({ method: 'SUBSCRIBE', params: [...session.topics.keys()], id: 1 });
    client.clear();
  }

  server.start();
  await Promise.all(clients.map((client) => client.untilEnd()));

  const texts = [...session.frames].map(({ text }) => text);
  for (const { received } of clients) {
    expect(received.filter((text) => !isMark(text) && !text.startsWith('{"event"'))).toEqual(texts);
  }
});
