import { FailureReporter } from '../../src/core/failures.js';
import { FrameTaps } from '../../src/feed/frame-tap.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { Link, type LinkHandlers, type LinkSettings } from '../../src/feed/link.js';
import { FakeSocket } from './fake-socket.js';

interface Bench {
  readonly link: Link;
  readonly socket: FakeSocket;
  readonly clock: VirtualClock;
  /** What the link told, in order. */
  readonly story: string[];
}

function bench(overrides: Partial<LinkSettings> = {}, isPaused = false): Bench {
  const clock = new VirtualClock();
  const story: string[] = [];
  const handlers: LinkHandlers = {
    opened: () => story.push('opened'),
    received: (frame) => story.push(`received ${frame.toString()} (${frame.length})`),
    ponged: () => story.push('ponged'),
    pingDue: () => story.push('ping due'),
    closed: (reason) => story.push(`closed: ${reason.message}`),
  };
  const settings: LinkSettings = {
    socketClass: FakeSocket.asWebSocket(),
    url: 'ws://venue.test',
    maxPayload: 1_000,
    connectTimeout: 10_000,
    heartbeat: { every: 20_000, timeout: 5_000, ping: 'frame' },
    ioClock: clock,
    taps: new FrameTaps(new FailureReporter('test', undefined)),
    ...overrides,
  };
  const link = new Link(settings, handlers, isPaused);
  return { link, socket: FakeSocket.last, clock, story };
}

beforeEach(() => {
  FakeSocket.made = [];
});

describe('a link', () => {
  it('opens a socket with the largest frame, without compression, and leaves the check of texts to who reads them', () => {
    const { socket } = bench();

    expect([socket.url, socket.options]).toEqual([
      'ws://venue.test',
      { maxPayload: 1_000, perMessageDeflate: false, skipUTF8Validation: true },
    ]);
  });

  it('tells what arrives with its size in bytes', () => {
    const { socket, story } = bench();

    socket.open();
    socket.receive('é');

    expect(story).toEqual(['opened', 'received é (2)']);
  });

  it('sends only while it is open', () => {
    const { link, socket } = bench();

    link.send('early');
    socket.open();
    link.send('now');
    link.ping();
    socket.lose();
    link.send('late');
    link.ping();

    expect([socket.sent, socket.calls]).toEqual([['now'], ['ping']]);
  });

  it('tells its end once, whatever the socket still reports', async () => {
    const { link, socket, story, clock } = bench();
    socket.open();

    socket.emit('error', new Error('first'));
    socket.emit('error', new Error('second'));
    socket.receive('late');
    socket.emit('ping');
    socket.emit('open');
    socket.lose(1_011);
    link.terminate(new Error('third'));
    await clock.advance(100_000);

    expect(story).toEqual(['opened', 'closed: first']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives the code of the venue as the reason when there is no other', () => {
    const { socket, story } = bench();
    socket.open();

    socket.lose(1_008);

    expect(story).toEqual(['opened', 'closed: the venue closed the connection with code 1008']);
  });

  it('cuts the socket after an error, since the peer may never finish the handshake', () => {
    const { socket } = bench();
    socket.open();

    socket.emit('error', new Error('too large'));

    expect(socket.calls).toEqual(['terminate']);
  });

  it('gives up an opening handshake after the time allowed, and no sooner', async () => {
    const { socket, story, clock } = bench({ connectTimeout: 3_000 });

    await clock.advance(2_999);
    const early = [...story];
    await clock.advance(1);

    expect(early).toEqual([]);
    expect(story).toEqual(['closed: no connection to ws://venue.test within 3000 ms']);
    expect(socket.calls).toEqual(['terminate']);
  });
});

describe('a heartbeat', () => {
  it('asks for a ping at each interval', async () => {
    const { socket, story, clock } = bench();
    socket.open();

    for (let count = 0; count < 3; count++) {
      await clock.advance(20_000);
      socket.emit('pong');
    }

    expect(story).toEqual(['opened', 'ping due', 'ping due', 'ping due']);
  });

  it.each([
    ['a message', (socket: FakeSocket) => socket.receive('x')],
    ['a pong', (socket: FakeSocket) => socket.emit('pong')],
    ['a ping of the venue', (socket: FakeSocket) => socket.emit('ping')],
  ])('is satisfied by %s', async (_name, answer) => {
    const { link, socket, clock } = bench();
    socket.open();

    await clock.advance(20_000);
    answer(socket);
    await clock.advance(5_000);

    expect(link.isOpen).toBe(true);
  });

  it('is not satisfied by what came before the ping', async () => {
    const { socket, story, clock } = bench();
    socket.open();
    await clock.advance(19_999);
    socket.receive('x');

    await clock.advance(5_001);

    expect(story.at(-1)).toBe('closed: the connection gave no sign of life after a ping');
    expect(socket.calls).toContain('terminate');
  });

  it('sends none with an endless interval', async () => {
    const { socket, story, clock } = bench({ heartbeat: { every: Infinity, timeout: 1, ping: 'frame' } });
    socket.open();

    await clock.advance(1e9);

    expect(story).toEqual(['opened']);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a paused link', () => {
  it('stops reading at once, also when it opens later', () => {
    const open = bench();
    open.socket.open();
    open.link.pause();
    const opening = bench({}, true);
    opening.socket.open();

    expect([open.socket.calls, opening.socket.calls]).toEqual([['pause'], ['pause']]);
  });

  it('that is resumed before it opens reads from the start', () => {
    const { link, socket } = bench({}, true);

    link.resume();
    socket.open();

    expect(socket.calls).toEqual([]);
  });

  it('that is resumed before it opens still has a deadline for opening', async () => {
    const { link, story, clock } = bench({ connectTimeout: 3_000 }, true);

    link.resume();
    await clock.advance(3_000);

    expect(story).toHaveLength(1);
  });

  it('is not dead for saying nothing, and gets its whole time again when resumed', async () => {
    const { link, socket, clock, story } = bench();
    socket.open();
    link.pause();

    await clock.advance(44_000);
    link.resume();
    await clock.advance(15_999);
    const before = link.isOpen;
    await clock.advance(5_001);

    expect(before).toBe(true);
    expect(story.at(-1)).toContain('no sign of life');
  });
});

describe('a peer that does not read', () => {
  it.each([
    ['answers to its texts', (link: Link) => link.send('pong')],
    ['pongs', (_link: Link, socket: FakeSocket) => void socket.emit('ping')],
  ])('is cut once more than 16 MiB wait to be sent: %s', (_name, answer) => {
    const { link, socket, story } = bench();
    socket.open();

    socket.bufferedAmount = 2 ** 24;
    answer(link, socket);
    const before = link.isOpen;
    socket.bufferedAmount++;
    answer(link, socket);

    expect([before, link.isOpen]).toEqual([true, false]);
    expect(socket.calls).toEqual(['terminate']);
    expect(story.at(-1)).toBe('closed: the venue does not read: 16777217 bytes wait to be sent');
  });
});

describe('closing a link', () => {
  it('cuts one that is still opening', async () => {
    const { link, socket, story } = bench();

    await link.close(new Error('enough'));

    expect([socket.calls, story]).toEqual([['terminate'], ['closed: enough']]);
  });

  it('shakes hands on an open one, reading again if it was paused', async () => {
    const { link, socket, story } = bench({}, true);
    socket.open();

    const closing = link.close(new Error('enough'));
    socket.lose(1_000);
    await closing;

    expect(socket.calls).toEqual(['pause', 'resume', 'close 1000']);
    expect(story).toEqual(['opened', 'closed: enough']);
  });

  it('cuts one whose peer does not answer within a second', async () => {
    const { link, socket, clock } = bench();
    socket.open();

    const closing = link.close(new Error('enough'));
    await clock.advance(999);
    const before = [...socket.calls];
    await clock.advance(1);
    await closing;

    expect(before).not.toContain('terminate');
    expect(socket.calls.at(-1)).toBe('terminate');
    expect(clock.pendingTimers).toBe(0);
  });

  it('resolves for one that has ended by itself', async () => {
    const { link, socket } = bench();
    socket.open();
    socket.lose();

    await expect(link.close(new Error('enough'))).resolves.toBeUndefined();
  });
});
