import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { UserError } from '../../../examples/trading-pipeline/user-error.js';
import { VenueHandle, type VenueProcessOptions } from '../../../examples/trading-pipeline/venue/index.js';

import { isMark, TestClient } from './test-client.js';

const source = fileURLToPath(new URL('../../../examples/trading-pipeline/venue-process.ts', import.meta.url));
const synthetic = { seed: 3, duration: 2_000, symbols: ['BTCUSDT'] };
const options: VenueProcessOptions = { source: { synthetic }, bar: 100, speed: 'max' };

let folder = '';
let modulePath = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-venue-'));
  modulePath = join(folder, 'venue-process.cjs');
  await build({
    entry: [source],
    outDir: folder,
    format: ['cjs'],
    outExtension: () => ({ js: '.cjs' }),
    noExternal: [/.*/],
    config: false,
    silent: true,
  });
}, 30_000);

afterAll(() => rm(folder, { recursive: true }));

async function trades(venue: VenueHandle): Promise<readonly string[]> {
  const client = await TestClient.connect(venue.url);
  await client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 });
  client.clear();
  await venue.start();
  await client.untilEnd();
  client.webSocket.terminate();
  return client.received;
}

describe('a venue in a process of its own', { timeout: 30_000 }, () => {
  test('replays, counts, begins anew and ends', async () => {
    const expected = synthesiseRecording(synthetic);
    const texts = expected.frames.filter((frame) => frame.stream === 'trade').map((frame) => frame.text);
    const venue = await VenueHandle.spawn(modulePath, options);

    const first = await trades(venue);
    const [counts, progress] = [await venue.counts(), await venue.progress()];
    await venue.reset();
    const zero = await venue.counts();
    const second = await trades(venue);
    const snapshot = await fetch(`${venue.restUrl}/fapi/v1/depth?symbol=BTCUSDT`);
    const body = await snapshot.text();
    await Promise.all([venue.stop(), venue.stop()]);

    expect(first.filter((text) => !isMark(text))).toEqual(texts);
    expect(second).toEqual(first);
    expect(counts).toMatchObject({ connections: 1, subscribeRequests: 1, framesSent: texts.length, refused: 0 });
    expect(progress).toBe(1);
    expect(zero.connections).toBe(0);
    expect(body).toBe(expected.snapshots.get('BTCUSDT')?.text);
    const { start } = expected;
    expect(venue.recording).toMatchObject({ name: 'synthetic-3', kind: 'synthetic', start, symbols: ['BTCUSDT'] });
    await expect(venue.counts()).rejects.toThrow('the venue process has ended');
  });

  test.each([
    [{ source: { path: '/nowhere/x.ndjson' } }, 'cannot read /nowhere/x.ndjson: there is no such file'],
    [{ bar: -1 }, 'a bar is a whole number of milliseconds, not -1'],
    [{ symbols: ['NONE'] }, 'synthetic-3 has no symbol NONE; it has BTCUSDT'],
  ])('passes on what is wrong with %j as one sentence', async (change, message) => {
    const spawning = VenueHandle.spawn(modulePath, { ...options, ...change });

    await expect(spawning).rejects.toThrow(UserError);
    await expect(spawning).rejects.toThrow(message);
  });

  test('says when the process is lost', async () => {
    await expect(VenueHandle.spawn(join(folder, 'missing.cjs'), options)).rejects.toThrow(
      'the venue process ended (exit code 1)',
    );
  });
});
