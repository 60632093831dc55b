import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BotJob } from '../bot/job.js';
import { DashboardServer } from '../dashboard/dashboard-server.js';
import type { LiveSession } from '../dashboard/live-update.js';
import { VenueHandle } from '../venue/index.js';
import { BotHandle } from './bot-handle.js';
import type { Input } from './choose-inputs.js';
import { databaseName } from './database-kind.js';
import type { StopSignals } from './interrupts.js';
import { makeJob } from './make-job.js';
import type { DemoOptions } from './options.js';
import { programOf } from './program-of.js';

/** Runs the version written with tickwise and shows it to a browser, until the user stops it. */
export async function watch(input: Input, port: number, options: DemoOptions, stop: StopSignals): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tickwise-dashboard-'));
  try {
    const job: BotJob = {
      ...makeJob(input.recording, options),
      port: 0,
      database: join(folder, databaseName('optimised')),
      result: join(folder, 'optimised.result'),
    };
    await using dashboard = await openDashboard(input, job, port);
    console.log(`The dashboard is at ${dashboard.url}  (Ctrl-C stops)`);
    await play(input, job, options, dashboard, stop);
    dashboard.end();
    if (stop.asked.aborted) return;
    console.log('The session is over; the page stays. Ctrl-C stops.');
    await aborted(stop.asked);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openDashboard({ recording }: Input, job: BotJob, port: number): Promise<DashboardServer> {
  const session: LiveSession = {
    name: recording.name,
    kind: recording.kind,
    venue: recording.venue,
    symbols: job.symbols.map(({ symbol }) => symbol),
    steps: job.symbols.map(({ midStep }) => midStep),
    models: job.models,
    bar: job.bar,
  };
  const script = await readFile(fileURLToPath(new URL('./dashboard-page.js', import.meta.url)), 'utf8');
  return DashboardServer.listen({ port, session, script });
}

async function play(
  { source }: Input,
  job: BotJob,
  { speed }: DemoOptions,
  dashboard: DashboardServer,
  stop: StopSignals,
): Promise<void> {
  const symbols = job.symbols.map(({ symbol }) => symbol);
  let venue: VenueHandle | undefined;
  try {
    venue = await VenueHandle.spawn(programOf('venue'), { source, symbols, bar: job.bar, speed });
    if (!stop.asked.aborted) await playBot(venue, { ...job, port: venue.port }, dashboard, stop);
  } catch (error) {
    // Ctrl-C reaches the children too, and ends one that has only just been started.
    if (!stop.asked.aborted) throw error;
  } finally {
    await venue?.stop();
  }
}

async function playBot(venue: VenueHandle, job: BotJob, dashboard: DashboardServer, stop: StopSignals): Promise<void> {
  const bot = new BotHandle(programOf('optimised'), job);
  using _ = bot.heed(stop);
  bot.onLive((update) => dashboard.show(update));
  try {
    await Promise.race([bot.ready(), venue.failed]);
    await venue.start();
    await Promise.race([bot.result(), venue.failed]);
  } finally {
    bot.kill();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // A listener alone does not keep the process: the open server does.
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
