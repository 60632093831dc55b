import type { BotHooks } from '../bot/child.js';
import { costOfProcess, cpuOfProcess } from '../bot/cost.js';
import type { BotJob } from '../bot/job.js';
import type { BotResult } from '../bot/result.js';
import { rosterOf } from '../models/roster.js';
import { NaiveBot } from './bot.js';
import { Coordinator } from './coordinator.js';
import { NaiveDatabase } from './database.js';

/** Runs one bot per model and symbol, each on its own. */
export async function runNaive(job: BotJob, hooks: BotHooks): Promise<BotResult> {
  const database = await NaiveDatabase.open(job.database);
  const coordinator = new Coordinator(job, await database.connect());
  let startUp = 0;
  const bots = await createBots(job, coordinator, database);
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
    statements: database.statements,
    rows: database.statements,
    cacheHits: {},
  };
  database.close();
  return { ...result, ...costOfProcess(startUp) };
}

async function createBots(job: BotJob, coordinator: Coordinator, database: NaiveDatabase): Promise<NaiveBot[]> {
  const bots: NaiveBot[] = [];
  for (const symbol of job.symbols) {
    for (const [index, spec] of rosterOf(job.models.join(',')).entries()) {
      const context = { job, coordinator, client: await database.connect(), storesBook: index === 0 };
      bots.push(new NaiveBot(context, symbol, spec));
    }
  }
  return bots;
}
