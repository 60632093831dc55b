/**
 * Does what a container engine would do with the Dockerfile, where none is at hand: every step of every stage, in a
 * clean root of its own; then starts the image beside a venue and a Redis, asks its health check, sends SIGTERM, and
 * prints the limits that the run recommends. The programs of this machine stand in for those of the base image.
 * Run as root, with redis-server installed: npm run example -- deployment/build-steps
 */
import { readFileSync } from 'node:fs';
import { whyNoCleanRoot } from './clean-root.js';
import { readDockerfile } from './dockerfile.js';
import { Image } from './image.js';
import { readUse } from './measured-use.js';
import { type MeasuredUse, recommend, recommendRecords } from './recommendation.js';
import { freePort, until, World } from './world.js';

/** Length of the session in market time, and how many times faster than that it is replayed. */
const SECONDS = 600;
const SPEED = 10;
/** Milliseconds that a bot may take to be well, and the compose file gives it to end. */
const PATIENCE = 30_000;
/** Entries that the stream of signals keeps: the default of its layout. */
const ENTRIES = 100_000;

const reason = whyNoCleanRoot();
if (reason !== undefined) {
  console.error(reason);
  process.exitCode = 2;
} else {
  const image = new Image('.');
  process.on('exit', () => image.remove());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  for (const instruction of readDockerfile(readFileSync('examples/deployment/Dockerfile', 'utf8'))) {
    console.log(`${instruction.stage}: ${instruction.name} ${instruction.argument}`);
    image.step(instruction);
  }
  await play(image);
}

/** Starts the image and plays a session to it. */
async function play(image: Image): Promise<void> {
  await using world = await World.open(SECONDS, SPEED);
  const port = await freePort();
  const settings = world.settings(port);
  const bot = image.start(settings);
  process.on('exit', () => bot.kill());
  try {
    await until('the bot', PATIENCE, () => image.isHealthy(settings));
    console.log('The health check says that it is well.');
    world.venue.start();
    await until('the end of the session', (SECONDS / SPEED) * 3_000, () => world.venue.progress() >= 1);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    bot.signal('SIGTERM');
    const code = await bot.exit;
    const { signals, bytesEach } = await world.stored();
    console.log(`SIGTERM ended it with exit code ${code}; Redis holds ${signals} signals.`);
    if (code !== 0 || signals === 0) process.exitCode = 1;
    report(readUse(metrics, SPEED), bytesEach);
  } finally {
    bot.kill();
  }
}

/** Prints what was measured, and the limits that it recommends. */
function report(use: MeasuredUse, bytesEach: number): void {
  const megabytes = (use.peakRssBytes / 2 ** 20).toFixed(0);
  const cores = (use.cpuMs / use.elapsedMs).toFixed(3);
  console.log(`In ${SECONDS} s of market time the bot took ${megabytes} MB at its peak and ${cores} of a core.`);
  console.table({ bot: recommend(use) });
  console.log(`A signal takes ${bytesEach.toFixed(0)} bytes, and a stream keeps ${ENTRIES.toLocaleString('en')}.`);
  console.table({ records: recommendRecords(bytesEach, ENTRIES) });
}
