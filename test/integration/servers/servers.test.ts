import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bundleProgram } from '../../program.js';
import { startNats, startPostgres, startRedis, type TestServer } from './index.js';
import { say } from './say.js';

const KINDS = [
  { name: 'Postgres', start: startPostgres, variable: 'DATABASE_URL', greet: selectOne, answer: '1' },
  { name: 'Redis', start: startRedis, variable: 'REDIS_URL', greet: ping('+PONG'), answer: '+PONG' },
  { name: 'NATS', start: startNats, variable: 'NATS_URL', greet: ping('PONG'), answer: 'PONG' },
] as const;

describe.each(KINDS)('a $name for tests', ({ start, variable, greet, answer }) => {
  afterEach(() => vi.unstubAllEnvs());

  it('answers, and leaves nothing behind when it is stopped', { timeout: 60_000 }, async (context) => {
    vi.stubEnv(variable, '');
    const server = await start();
    if (server?.folder === undefined) {
      context.skip('the server is not installed');
      return;
    }

    const greeting = await greet(server.url);
    await server.stop();

    expect(greeting).toContain(answer);
    expect(existsSync(server.folder)).toBe(false);
    await expect(say(server.url, 'PING', 'PONG')).rejects.toThrow('ECONNREFUSED');
  });

  it('is the one that the environment names', async () => {
    vi.stubEnv(variable, 'somewhere://else:1');

    const server = await start();
    await server?.stop();

    expect(server).toMatchObject({ url: 'somewhere://else:1', folder: undefined });
  });
});

describe('a machine without servers', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('skips in one line that says what to install', async () => {
    const { reportMissing } = await import('./missing-server.js');
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.stubEnv('CI', '');

    expect(reportMissing('Redis', 'redis-server', 'REDIS_URL')).toBeUndefined();
    expect(write.mock.calls).toEqual([
      ['skipped: Redis is not here: apt-get install redis-server, or set REDIS_URL\n'],
    ]);
  });

  it('fails on a build server', async () => {
    const { reportMissing } = await import('./missing-server.js');
    vi.stubEnv('CI', 'true');

    expect(() => reportMissing('Redis', 'redis-server', 'REDIS_URL')).toThrow('apt-get install redis-server');
  });
});

describe.each(['SIGINT', 'SIGKILL'] as const)('a test process that ends by %s', (signal) => {
  it('takes its server and the folder along', { timeout: 60_000 }, async (context) => {
    const program = await bundleProgram('test/integration/servers/fixtures/hold-redis.ts');
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer]; // the event's documented arguments
    const server = JSON.parse(String(line)) as Pick<TestServer, 'url' | 'folder'> | null; // printed by the fixture
    if (server?.folder === undefined) {
      context.skip('the server is not installed');
      return;
    }

    child.kill(signal);
    // The guard shares the child's standard error, which closes when both are gone.
    child.stderr.resume();
    await once(child, 'close');

    expect(existsSync(server.folder)).toBe(false);
    await expect(say(server.url, 'PING', 'PONG')).rejects.toThrow('ECONNREFUSED');
  });
});

async function selectOne(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ one: number }>('select 1 as one');
  await client.end();
  return String(rows[0]?.one);
}

function ping(answer: string): (url: string) => Promise<string> {
  return (url) => say(url, 'PING', answer);
}
