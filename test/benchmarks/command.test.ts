import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

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

/** A contender with a thread that outlives it unless closed; the second one sees whether the first was closed. */
const threads = `
  import { Worker } from 'node:worker_threads';
  let open = 0;
  export default {
    question: 'how long does a thread take?',
    unit: 'wall-ns',
    operation: 'turn',
    checkOperations: 3,
    reference: (operations: number): unknown => ({ operations, open: 1 }),
    contenders: [{
      name: 'threaded',
      ours: true,
      setup() {
        let done = 0;
        open++;
        if (open > 1) throw new Error('the checked instance is still open');
        const cell = new Int32Array(new SharedArrayBuffer(4));
        const worker = new Worker(
          'const { workerData: cell } = require("node:worker_threads"); for (;;) { Atomics.wait(cell, 0, 0); Atomics.store(cell, 0, 0); }',
          { eval: true, workerData: cell },
        );
        return {
          run(operations) {
            done += operations;
            for (let i = 0; i < operations; i++) { Atomics.store(cell, 0, 1); Atomics.notify(cell, 0); }
          },
          answer: () => ({ operations: done, open }),
          async close() { await worker.terminate(); open--; },
        };
      },
    }],
  };`;

const files = `
  const setup = (module) => ({ run: () => 0, answer: () => typeof module.default });
  export default {
    question: 'where is a file?',
    unit: 'bytes',
    operation: 'import',
    checkOperations: 1,
    reference: (): unknown => 'function',
    contenders: [
      { name: 'hidden', package: 'p-limit', file: 'index.js', setup },
      { name: 'absent', package: 'p-limit', file: 'no-such-file.js', setup },
    ],
  };`;

const mistyped = `export default { question: '?', unit: 'seconds', reference: () => 0, contenders: [{ name: 'a' }] };`;

/** A headline that uses this package by its name. */
const headline = `
  import { RingBuffer } from 'tickwise/ring';
  export default {
    question: 'how long does a push take?',
    headline: true,
    operation: 'push',
    checkOperations: 3,
    reference: (operations: number): number => operations,
    contenders: [{
      name: 'ring',
      ours: true,
      setup() {
        const ring = new RingBuffer(1_000);
        return {
          run(operations) { for (let i = 0; i < operations; i++) ring.push(i); },
          answer: () => ring.size,
        };
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
  await addBenchmark('threads', threads);
  await addBenchmark('files', files);
  await addBenchmark('mistyped', mistyped);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function addBenchmark(name: string, source: string): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, `${name}.ts`), source);
}

function start(...args: string[]): ChildProcess {
  const where = args.includes('--folder') ? [] : ['--folder', folder];
  return spawn(process.execPath, [RUN, ...where, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = start(...args);
  if (child.stdout === null || child.stderr === null) throw new Error('both are pipes');
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as unknown[];
  return { code, stdout, stderr };
}

describe('npm run bench', { timeout: 120_000 }, () => {
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

  it('runs the headlines of a folder in which nothing was ever installed or built', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'tickwise-bench-'));
    onTestFinished(() => rm(fresh, { recursive: true, force: true }));
    await mkdir(join(fresh, 'ring'));
    await writeFile(join(fresh, 'package.json'), '{ "name": "fresh", "version": "0.0.0" }');
    const lock = { name: 'fresh', version: '0.0.0', lockfileVersion: 3, packages: { '': { name: 'fresh' } } };
    await writeFile(join(fresh, 'package-lock.json'), JSON.stringify(lock));
    await writeFile(join(fresh, 'ring', 'push.ts'), headline);

    const { code, stdout } = await run('--quick', '--folder', fresh);

    expect(stdout).toMatch(/ring \(ours\)\W+\d+/);
    expect(code).toBe(0);
  });

  it('ends with 1 when one of ours is refused', async () => {
    const { code, stdout } = await run('bad', '--quick');

    expect(stdout).toMatch(/wrong \(ours\)\W+refused/);
    expect(code).toBe(1);
  });

  it('closes each instance, so that a contender may use threads', async () => {
    const { code, stdout } = await run('threads', '--quick');

    expect(stdout).toMatch(/threaded \(ours\)\W+\d+/);
    expect(stdout).toMatch(/time on the wall/);
    expect(code).toBe(0);
  });

  it('imports a file of a package, or says that it is not there', async () => {
    const { stdout } = await run('files', '--quick');

    expect(stdout).toMatch(/hidden\W+[\d.-]+/);
    expect(stdout).not.toMatch(/hidden\W+refused/);
    expect(stdout).toMatch(/absent: .*cannot find no-such-file\.js of package p-limit/);
  });

  it('refuses a benchmark in a unit that it cannot measure', async () => {
    const { code, stderr } = await run('mistyped');

    expect(stderr).toMatch(/mistyped\.js: the unit must be one of ns, wall-ns, bytes, gc-ms/);
    expect(code).toBe(2);
  });

  it('ends with 2 and lists what there is when nothing has that name', async () => {
    const { code, stderr } = await run('rang');

    expect(stderr).toMatch(
      /no benchmark is named rang; there are bad\/counting, files\/files, good\/counting, mistyped\/mistyped, threads/,
    );
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
