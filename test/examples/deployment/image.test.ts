import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCopy, readDockerfile } from '../../../examples/deployment/dockerfile.js';
import { recommend } from '../../../examples/deployment/recommendation.js';

const FOLDER = 'examples/deployment';
const instructions = readDockerfile(readFileSync(`${FOLDER}/Dockerfile`, 'utf8'));
const named = (name: string) => instructions.filter((instruction) => instruction.name === name);
const compose = readFileSync(`${FOLDER}/compose.yaml`, 'utf8');

describe('the Dockerfile', () => {
  it('has known instructions only, and begins with an image of a fixed version', () => {
    const known = /^(FROM|ENV|WORKDIR|COPY|RUN|VOLUME|USER|HEALTHCHECK|ENTRYPOINT|CMD)$/;

    expect(instructions.filter(({ name }) => !known.test(name))).toEqual([]);
    expect(instructions[0]?.name).toBe('FROM');
    for (const { argument } of named('FROM')) expect(argument).toMatch(/^node:\d+\.\d+\S* AS \w+$/);
  });

  it('copies only what is there, and from stages before', () => {
    const stages = named('FROM').map(({ stage }) => stage);
    for (const { argument, stage } of named('COPY')) {
      const { from, sources, target } = readCopy(argument);
      if (from === undefined) expect(sources.filter((source) => !existsSync(source))).toEqual([]);
      else expect(stages.slice(0, stages.indexOf(stage))).toContain(from);
      // Several files need a folder.
      if (sources.length > 1) expect(target).toMatch(/\/$/);
    }
  });

  it('runs as a user without rights, is asked for its health, and gets signals itself', () => {
    expect(named('USER').at(-1)).toMatchObject({ argument: 'node', stage: 'run' });
    expect(named('HEALTHCHECK')).toHaveLength(1);
    for (const { argument } of [...named('ENTRYPOINT'), ...named('CMD')])
      expect(JSON.parse(argument)).toBeInstanceOf(Array);
  });

  it('installs what the lock file says', () => {
    expect(named('RUN').map(({ argument }) => argument)).toContainEqual(expect.stringMatching(/^npm ci /));
  });
});

describe('the health check', () => {
  it('is fine while rows come, and not when they have ceased or never came', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tickwise-health-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const health = () =>
      spawnSync(process.execPath, [`${FOLDER}/health.mjs`], { env: { HEALTH_FOLDER: folder } }).status;

    const before = health();
    writeFileSync(join(folder, 'rows'), 'row');
    const fresh = health();
    utimesSync(join(folder, 'rows'), 0, 0);
    const old = health();

    expect([before, fresh, old]).toEqual([1, 0, 1]);
  });
});

describe('the services', () => {
  const sections = new Map(
    Array.from(compose.matchAll(/^ {2}(bot|records|cache):\n((?: {4}.*\n|\n)+)/gm), ([, name = '', text = '']) => [
      name,
      text,
    ]),
  );

  it.each(['bot', 'records', 'cache'])('limit the memory and the CPU of %s', (name) => {
    expect(sections.get(name)).toMatch(/limits:\n\s+cpus: '[\d.]+'\n(?:\s+#.*\n)*\s+memory: \d+M/);
  });

  it('never give up records, and keep the cache apart', () => {
    expect(sections.get('records')).toContain('--maxmemory-policy, noeviction, --appendonly');
    expect(sections.get('cache')).toContain('--maxmemory-policy, allkeys-lfu');
  });

  it.each(['records', 'cache'])('leave room in the memory of %s above what Redis may hold', (name) => {
    const text = sections.get(name) ?? '';
    const held = Number(/--maxmemory, (\d+)mb/.exec(text)?.[1]);

    expect(Number(/memory: (\d+)M/.exec(text)?.[1])).toBeGreaterThanOrEqual(held * 1.5);
  });
});

describe('the recommendation', () => {
  it('leaves room above the peak and above the mean', () => {
    expect(recommend({ peakRssBytes: 170 * 2 ** 20, cpuTradingMs: 1_380 }, 60)).toEqual({
      memory: '256M',
      cpus: '0.25',
      heap: 128,
    });
    expect(recommend({ peakRssBytes: 300 * 2 ** 20, cpuTradingMs: 30_000 }, 60).cpus).toBe('2.00');
  });
});
