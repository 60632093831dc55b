import { expect, it, vi } from 'vitest';
import { connectPostgres } from '../../../examples/trading-pipeline/database/postgres.js';
import { checkRedis } from '../../../examples/trading-pipeline/database/redis.js';
import { UserError } from '../../../examples/trading-pipeline/user-error.js';

vi.mock('pg', missing);
vi.mock('ioredis', missing);

it.each([
  ['pg', '--database needs the package pg: npm install pg', () => connectPostgres('postgres://a@127.0.0.1/b')],
  ['ioredis', '--cache needs the package ioredis: npm install ioredis', () => checkRedis('redis://127.0.0.1')],
] as const)('names the package %s in one sentence where it is not installed', async (_, sentence, use) => {
  const failure: unknown = await use().catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(UserError);
  expect(failure).toMatchObject({ message: sentence });
});

function missing(): never {
  throw new Error('Cannot find package');
}
