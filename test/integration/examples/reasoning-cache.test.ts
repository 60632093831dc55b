import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkRedis } from '../../../examples/trading-pipeline/database/redis.js';
import { ServicesServer } from '../../../examples/trading-pipeline/services/index.js';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { compareRuns, play, type Played, type PlayOptions, removeDatabases } from '../../examples/pipeline/play.js';
import { freePort } from '../servers/free-port.js';
import { SilentServer } from '../servers/silent-server.js';
import { MortalRedis, skipWithoutRedis } from '../stores/mortal-redis.js';

const MINUTES = 60_000;
const SECONDS = 30;
const recording = synthesiseRecording({ seed: 3, duration: SECONDS * 1_000 });
/** Signals come from the 26th second on. */
const IN_THE_MIDDLE = recording.start + 28_000;

/** A run, and the questions that reached the language model. */
interface Asked extends Played {
  readonly questions: number;
}

let services: ServicesServer;

skipWithoutRedis();
beforeAll(async () => {
  services = await ServicesServer.listen({ seed: 1 });
});
beforeEach(() => services.reset());
afterAll(async () => {
  await services.close();
  await removeDatabases();
});

it.each(['exact', 'tolerant'] as const)(
  'a second run of the same recording asks nothing again and says the same (%s)',
  { timeout: 3 * MINUTES },
  async (mode) => {
    const redis = await MortalRedis.start();
    const session: PlayOptions = { mode, ttlScale: 0.1, cache: { url: redis.url, version: 'seed 1' } };

    const first = await playWith(session);
    const second = await playWith(session);
    const other = await playWith({ ...session, cache: { url: redis.url, version: 'seed 2' } });

    expect(first.questions).toBeGreaterThan(5);
    // None, but for those of which a busy machine's Redis gave no answer in time.
    expect(second.questions).toBeLessThanOrEqual(second.result.survival.failures);
    expect(second.questions).toBeLessThanOrEqual(first.questions / 5);
    expect(other.questions).toBe(first.questions);
    await expectSame(first, second);
  },
);

it('a Redis that is killed in the middle costs hits and nothing else', { timeout: 3 * MINUTES }, async () => {
  const redis = await MortalRedis.start();
  const cache = { url: redis.url, version: 'seed 1' };
  const first = await playWith({ cache });
  let killed: Promise<void> | undefined;

  const second = await playWith({ cache, onReached: (at) => void (at >= IN_THE_MIDDLE && (killed ??= redis.kill())) });
  await killed;

  expect(second.questions).toBeGreaterThan(0);
  expect(second.questions).toBeLessThan(first.questions);
  expect(second.result.survival.failures).toBeGreaterThan(0);
  await expectSame(first, second);
});

it('a Redis that is not there is named in one sentence, without the password', async () => {
  const url = `redis://trader:secret-word@127.0.0.1:${await freePort()}`;

  const failure: unknown = await checkRedis(url).catch((error: unknown) => error);

  expect(String(failure)).toMatch(/cannot use the cache at redis:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  expect(String(failure)).not.toContain('secret-word');
});

describe('a server that lets in and says nothing', () => {
  it('is named in one sentence when the time is up', async () => {
    await using server = await SilentServer.open();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());

    const failure: Promise<unknown> = checkRedis(server.url).catch((error: unknown) => error);
    await server.visited;
    vi.advanceTimersByTime(5_000);

    expect(String(await failure)).toContain(`cannot use the cache at ${server.url}: no answer within 5 s`);
  });

  it('is not waited for after Ctrl-C', async () => {
    await using server = await SilentServer.open();
    const abort = new AbortController();

    const check = checkRedis(server.url, abort.signal);
    await server.visited;
    abort.abort(new Error('stopped by the user'));

    await expect(check).rejects.toThrow(/^stopped by the user$/);
  });
});

it.each(['memory', 'http://localhost', 'redis://:::'])('refuses %s as an address', async (url) => {
  await expect(checkRedis(url)).rejects.toThrow('--cache takes an address such as redis://');
});

async function playWith(options: PlayOptions): Promise<Asked> {
  services.reset();
  const played = await play('optimised', recording, { models: '3', ...options, services: services.port });
  return { ...played, questions: services.counts().completions.calls };
}

/** Demands the same signals, decisions, rows and explanations. */
async function expectSame(first: Asked, second: Asked): Promise<void> {
  for (const { total, equal } of Object.values(await compareRuns(first, second))) {
    expect(total).toBeGreaterThan(0);
    expect(equal).toBe(total);
  }
  const reasonsOf = ({ result }: Played): string[] =>
    (result.told?.reasons ?? []).map(({ ts, symbol, text }) => `${ts} ${symbol} ${text}`).toSorted();
  expect(reasonsOf(second)).toEqual(reasonsOf(first));
}
