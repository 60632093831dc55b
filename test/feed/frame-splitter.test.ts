import * as fc from 'fast-check';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { splitFrames } from '../../src/feed/frame-splitter.js';
import { MemoryNetwork } from './memory-network.js';

const MAX_PAYLOAD = 66_000;

interface Session {
  /** What the client saw, in order. */
  readonly story: string[];
  /** How many frames did not go through `ws`. */
  readonly split: number;
}

/** What a client of `ws` sees of chunks that a server writes, with its frames split or without. */
async function play(chunks: readonly Buffer[], isSplit: boolean): Promise<Session> {
  const network = new MemoryNetwork();
  const server = network.listen('ws://venue.test');
  const connected = once(server, 'connection');
  const client = new (network.clientClass())('ws://venue.test', {
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  const story: string[] = [];
  let split = 0;
  let stream: Duplex | undefined;
  client.on('upgrade', (response) => (stream = response.socket));
  client.on('open', () => {
    if (!isSplit || stream === undefined) return;
    splitFrames(stream, MAX_PAYLOAD, (frame) => {
      split++;
      story.push(`message ${frame.toString('latin1')}`);
    });
  });
  client.on('message', (data) => story.push(`message ${(data as Buffer).toString('latin1')}`));
  client.on('ping', (data) => story.push(`ping ${data.toString('latin1')}`));
  client.on('pong', (data) => story.push(`pong ${data.toString('latin1')}`));
  client.on('error', (error) => story.push(`error ${String(Reflect.get(error, 'code'))}`));
  const closed = new Promise<number>((resolve) => client.once('close', resolve));
  const [[socket, request]] = await Promise.all([connected, once(client, 'open')]);
  // The event's arguments, which `once` does not know.
  (socket as WebSocket).on('error', () => undefined);
  const far = (request as IncomingMessage).socket;
  for (const chunk of chunks) {
    if (!far.writable) break;
    far.write(chunk);
    await new Promise(setImmediate);
  }
  far.end();
  story.push(`close ${await closed}`);
  server.close();
  return { story, split };
}

/** A frame as servers send it. */
function frameOf(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  if (length < 65_536) return Buffer.concat([Buffer.from([first, 126, length >> 8, length & 255]), payload]);
  const head = Buffer.from([first, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 6);
  return Buffer.concat([head, payload]);
}

function text(length: number): Buffer {
  return Buffer.alloc(length, 'text of a frame ');
}

/** Cuts a stream at the given places, which are taken as parts of its length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)).filter(({ length }) => length > 0);
}

const anyText = fc.oneof(fc.nat(130), fc.constantFrom(125, 126, 127, 300, 4_000, 65_535)).map(text);
const common = fc.oneof(
  { weight: 6, arbitrary: anyText.map((payload) => frameOf(0x81, payload)) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(0x89, 0x8a), fc.nat(125)).map(([kind, n]) => frameOf(kind, text(n))),
  },
);
const rare = fc.oneof(
  anyText.map((payload) => frameOf(0x82, payload)),
  anyText.map((payload) => Buffer.concat([frameOf(0x01, payload), frameOf(0x89, text(3)), frameOf(0x80, payload)])),
  fc.constantFrom(65_536, 66_001, 70_000).map((length) => frameOf(0x81, text(length))),
  fc.constantFrom(0x88, 0x80, 0x83, 0xc1, 0x91, 0x09).map((kind) => frameOf(kind, Buffer.from([3, 232, 65]))),
  fc.constant(Buffer.from([0x89, 126, 0, 1, 65])),
  fc.constant(Buffer.from([0x81, 0x83, 1, 2, 3, 4, 65, 66, 67])),
  fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
);

describe('frames that are split before ws', () => {
  it('are what ws makes of them, whatever the stream holds and wherever it is cut', async () => {
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(common), fc.option(rare), fc.array(common), places, async (head, odd, end, cuts) => {
        const chunks = cut(Buffer.concat([...head, ...(odd === null ? [] : [odd]), ...end]), cuts);

        const split = await play(chunks, true);

        expect(split.story).toEqual((await play(chunks, false)).story);
      }),
      { numRuns: 300 },
    );
  });

  it('do not go through ws while they are plain texts, pings and pongs, cut after each byte', async () => {
    const bytes = Buffer.concat([
      frameOf(0x81, text(3)),
      frameOf(0x89, text(2)),
      frameOf(0x81, text(300)),
      frameOf(0x81, text(0)),
    ]);
    const chunks = Array.from(bytes, (byte) => Buffer.from([byte]));

    const { story, split } = await play(chunks, true);

    expect(split).toBe(3);
    expect(story).toEqual((await play(chunks, false)).story);
  });

  it('stay with ws from the first fragment on', async () => {
    const bytes = Buffer.concat([
      frameOf(0x81, text(1)),
      frameOf(0x01, text(2)),
      frameOf(0x80, text(3)),
      frameOf(0x81, text(4)),
    ]);

    const { story, split } = await play([bytes], true);

    expect([split, story.length]).toEqual([1, 4]);
  });
});
