import type { BotHooks } from '../bot/child.js';
import { costOfProcess, cpuOfProcess } from '../bot/cost.js';
import type { BotJob } from '../bot/job.js';
import type { BotResult, Survival } from '../bot/result.js';
import { rosterOf } from '../models/roster.js';
import { NaiveBot } from './bot.js';
import { Coordinator } from './coordinator.js';
import { type NaiveDatabase, openNaiveDatabase } from './database.js';
import { NaiveLog } from './log.js';
import { NaiveNotifier } from './notifier.js';

/** Runs one bot per model and symbol, each on its own. */
export async function runNaive(job: BotJob, hooks: BotHooks): Promise<BotResult> {
  const log = new NaiveLog();
  const database = await openNaiveDatabase(job, log);
  const notifier = job.services === undefined ? undefined : new NaiveNotifier(job.services);
  const coordinator = new Coordinator(job, await database.connect(), hooks.reached, notifier);
  let startUp = 0;
  const bots = await createBots(job, coordinator, database, log);
  try {
    await Promise.all(bots.map((bot) => bot.start()));
    startUp = cpuOfProcess();
    hooks.ready();
    await Promise.race([Promise.all(bots.map((bot) => bot.finished())), hooks.stopped]);
  } finally {
    await Promise.all(bots.map((bot) => bot.close()));
  }
  const result = {
    signals: coordinator.signals,
    decisions: coordinator.decisions,
    books: bots.map((bot) => bot.finalBook()),
    framesParsed: bots.reduce((sum, bot) => sum + bot.framesParsed, 0),
    framesMalformed: bots.reduce((sum, bot) => sum + bot.framesMalformed, 0),
    booksLost: bots.filter((bot) => bot.hasLostBook).length,
    positionChecks: coordinator.positionChecks,
    statements: database.statements,
    rows: database.statements,
    cacheHits: {},
    bookRows: coordinator.bookRows,
    survival: survivalOf(bots, log),
    told: notifier?.told,
  };
  await database.close();
  return { ...result, ...costOfProcess(startUp) };
}

async function createBots(
  job: BotJob,
  coordinator: Coordinator,
  database: NaiveDatabase,
  log: NaiveLog,
): Promise<NaiveBot[]> {
  const bots: NaiveBot[] = [];
  for (const symbol of job.symbols) {
    for (const [index, spec] of rosterOf(job.models.join(',')).entries()) {
      const context = { job, coordinator, client: await database.connect(), log, storesBook: index === 0 };
      bots.push(new NaiveBot(context, symbol, spec));
    }
  }
  return bots;
}

/** It never says that a price is old, and takes every trade for a new one. */
function survivalOf(bots: readonly NaiveBot[], log: NaiveLog): Survival {
  const counts = bots.map((bot) => bot.bookCounts);
  return {
    gaps: counts.reduce((sum, { gaps }) => sum + gaps, 0),
    recoveries: counts.reduce((sum, { recoveries }) => sum + recoveries, 0),
    tradesDropped: 0,
    staleMs: 0,
    staleAt: [],
    failures: log.count,
  };
}
