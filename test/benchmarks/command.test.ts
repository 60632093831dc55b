import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RUN = fileURLToPath(new URL('../../benchmarks/run.mjs', import.meta.url));

/** A benchmark of counting, with one contender per fault. `ours` decides who is ours. */
const counting = (ours: string): string => `
  const counter = (step) => () => {
    let count = 0;
    return { run(operations) { for (let i = 0; i < operations; i++) count += step; return count; }, answer: () => count };
  };
  const contenders = [
    { name: 'right', setup: counter(1) },
    { name: 'wrong', setup: counter(2) },
    { name: 'crashing', setup() { process.kill(process.pid, 'SIGKILL'); } },
    { name: 'throwing', setup() { throw new RangeError('no way'); } },
    { name: 'missing', package: 'no-such-package-anywhere', setup: counter(1) },
    { name: 'least', floor: true, setup: counter(1) },
  ];
  export default {
    question: 'how long does counting take?',
    operation: 'count',
    checkOperations: 10,
    reference: (operations: number): number => operations,
    contenders: contenders.map((contender) => ({ ...contender, ours: contender.name === '${ours}' })),
  };`;

const hanging = (port: number): string => `
  import { once } from 'node:events';
  import { connect } from 'node:net';
  export default {
    question: 'how long is for ever?',
    operation: 'wait',
    checkOperations: 1,
    reference: (): number => 0,
    contenders: [{
      name: 'hanging',
      async setup() {
        await once(connect(${port}, '127.0.0.1'), 'connect');
        return { run() { for (;;); }, answer: () => 0 };
      },
    }],
  };`;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-bench-'));
  await mkdir(join(folder, 'good'));
  await mkdir(join(folder, 'bad'));
  await writeFile(join(folder, 'good', 'counting.ts'), counting('right'));
  await writeFile(join(folder, 'bad', 'counting.ts'), counting('wrong'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [RUN, '--folder', folder, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = start(...args);
  if (child.stdout === null || child.stderr === null) throw new Error('both are pipes');
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as unknown[];
  return { code, stdout, stderr };
}

describe('npm run bench', { timeout: 60_000 }, () => {
  it('ranks the right, refuses the wrong, survives a crash, and writes it all down', async () => {
    const { code, stdout } = await run('good', '--quick');
    const result: unknown = JSON.parse(await readFile(join(folder, 'results', 'good-counting.json'), 'utf8'));

    expect(stdout).toMatch(/tickwise \d+\.\d+\.\d+.*Node v\d+/);
    expect(stdout).toMatch(/good\/counting: how long does counting take\?/);
    expect(stdout).toMatch(/right \(ours\)\W+\d+\.\d/);
    expect(stdout).toMatch(/wrong\W+refused/);
    expect(stdout).toMatch(/wrong: answered 20 where 10 is right/);
    expect(stdout).toMatch(/crashing: ended with SIGKILL/);
    expect(stdout).toMatch(/throwing: RangeError: no way/);
    expect(stdout).toMatch(/missing: .*no-such-package-anywhere/);
    expect(code).toBe(0);
    expect(result).toMatchObject({
      name: 'good/counting',
      unit: 'ns',
      isQuick: true,
      settings: { rounds: 3 },
      environment: { node: process.version },
    });
    expect(result).toHaveProperty('contenders.0.status', 'measured');
    expect(result).toHaveProperty('contenders.0.rounds.length', 3);
    expect(result).toHaveProperty('contenders.5.status');
  });

  it('ends with 1 when one of ours is refused', async () => {
    const { code, stdout } = await run('bad', '--quick');

    expect(stdout).toMatch(/wrong \(ours\)\W+refused/);
    expect(code).toBe(1);
  });

  it('ends with 2 and lists what there is when nothing has that name', async () => {
    const { code, stderr } = await run('rang');

    expect(stderr).toMatch(/no benchmark is named rang; there are bad\/counting, good\/counting/);
    expect(code).toBe(2);
  });

  it('explains itself with --help and runs nothing', async () => {
    const { code, stdout } = await run('--help');

    expect(stdout).toMatch(/--quick/);
    expect(stdout).not.toMatch(/how long/);
    expect(code).toBe(0);
  });

  it('kills the contender that runs when it is interrupted', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await mkdir(join(folder, 'stuck'));
    await writeFile(join(folder, 'stuck', 'hanging.ts'), hanging(port));
    const runner = start('stuck');
    const [contender] = (await once(server, 'connection')) as [Socket];
    contender.resume();

    runner.kill('SIGINT');
    contender.on('error', () => {});
    const [[code]] = await Promise.all([once(runner, 'close'), once(contender, 'close')]);

    expect(code).toBe(130);
    server.close();
  });
});
