import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readUse } from '../../../examples/deployment/measured-use.js';
import { freePort, World } from '../../../examples/deployment/world.js';
import { findPrograms } from '../servers/find-program.js';

const PATIENCE = { timeout: 30_000 };

describe.skipIf(findPrograms('redis-server') === undefined)('the deployed bot', { timeout: 60_000 }, () => {
  let folder: string;
  let program: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tickwise-bot-'));
    program = join(folder, 'bot.mjs');
    // Of the sources, as all tests are; the image has the built library.
    await build({
      entryPoints: ['examples/deployment/bot.ts'],
      outfile: program,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      logLevel: 'error',
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is well, stores its signals, and ends at SIGTERM without losing one', async () => {
    await using world = await World.open(60, 30);
    const { bot, port, output } = await start(world.settings(await freePort()));
    await expect.poll(() => healthOf(port), PATIENCE).toBe(0);
    world.venue.start();

    await expect.poll(() => world.venue.progress(), PATIENCE).toBe(1);
    const use = readUse(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(), 1);
    bot.kill('SIGTERM');
    const [code] = (await once(bot, 'close')) as [number | null]; // the event's documented arguments

    const { signals } = await world.stored();
    expect(code).toBe(0);
    expect(signals).toBeGreaterThan(10);
    expect(output.join('')).toContain(`stored ${signals} signals`);
    expect(use.peakRssBytes).toBeGreaterThan(2 ** 24);
    expect(healthOf(port)).toBe(1);
  });

  it('says that it is not well when no trades come, and ends all the same', async () => {
    await using world = await World.open(60, 30);
    const { bot, port } = await start({ ...world.settings(await freePort()), HEALTH_QUIET_MS: '1' });
    await expect.poll(async () => (await ask(port, '/health')).status, PATIENCE).toBe(503);
    expect((await ask(port, '/other')).status).toBe(404);

    bot.kill('SIGTERM');

    expect(await once(bot, 'close')).toEqual([0, null]);
  });

  async function start(
    settings: Record<string, string>,
  ): Promise<{ bot: ChildProcess; port: number; output: string[] }> {
    const data = await mkdtemp(join(folder, 'data-'));
    const bot = spawn(process.execPath, [program], {
      env: { ...settings, DATA_FOLDER: data },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void bot.kill('SIGKILL'));
    const output: string[] = [];
    bot.stdout?.on('data', (text: Buffer) => output.push(text.toString()));
    await expect.poll(() => output.join(''), PATIENCE).toContain('follows');
    return { bot, port: Number(settings['PORT']), output };
  }
});

function ask(port: number, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`);
}

/** Exit code of the image's health check. */
function healthOf(port: number): number | null {
  return spawnSync(process.execPath, ['examples/deployment/health.mjs'], { env: { PORT: String(port) } }).status;
}
