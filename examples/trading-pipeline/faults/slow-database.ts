import type { BotJob } from '../bot/job.js';
import { isPostgres } from '../database/postgres.js';
import { isUnderWay } from './fault.js';

/** Milliseconds that a slow database takes longer for each statement. */
export const SLOWNESS = 20;

/**
 * Does something with the database of a job, later when that is slow at the time. For databases without a network in
 * between; a server's is slowed down on the way to it.
 */
export async function slowly<R>(job: BotJob, at: number, act: () => Promise<R>): Promise<R> {
  if (job.faults !== undefined && !isPostgres(job.database) && isUnderWay(job.faults, 'slow-database', at))
    await new Promise((resolve) => setTimeout(resolve, SLOWNESS));
  return act();
}
