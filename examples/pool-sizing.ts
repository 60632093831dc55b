// Finds how many connections a server likes by the scheduler's controller, against undici pools of a set number.
// Run: npm run example -- pool-sizing
//
// undici reads `connections` when a pool is made, and opens a connection only when all others are busy. So a pool with a
// high bound has as many connections as requests run at once, and the AdaptiveScheduler in front of it decides that.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { Pool } from 'undici';

const REQUESTS = 3_000;
/** Requests the server works on at once without delay; beyond, all get slower. */
const CAPACITY = 24;
/** Requests at once beyond which it refuses. */
const MOST = 96;
/** Milliseconds for an answer while there is capacity. */
const LATENCY = 20;

/** What the server has seen of one contender. */
interface Seen {
  sockets: number;
  open: number;
  mostOpen: number;
  running: number;
  refused: number;
  readonly times: number[];
}

interface Venue {
  readonly origin: string;
  readonly seen: Seen;
  close(): void;
}

/** A server whose answers take longer the more it is asked at once, as a venue's do. */
async function startVenue(): Promise<Venue> {
  const seen: Seen = { sockets: 0, open: 0, mostOpen: 0, running: 0, refused: 0, times: [] };
  const server: Server = createServer((_, response) => {
    if (seen.running >= MOST) {
      seen.refused++;
      response.writeHead(503).end();
      return;
    }
    const began = performance.now();
    const load = ++seen.running / CAPACITY;
    setTimeout(
      () => {
        seen.running--;
        seen.times.push(performance.now() - began);
        response.end('{"bids":[]}');
      },
      LATENCY * Math.max(1, load) ** 1.5,
    );
  });
  server.on('connection', (socket) => {
    seen.sockets++;
    seen.mostOpen = Math.max(seen.mostOpen, ++seen.open);
    socket.on('close', () => seen.open--);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is always of this form.
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, seen, close: () => server.close() };
}

/** Asks once; a refusal is an error. */
async function ask(pool: Pool): Promise<string> {
  const { body, statusCode } = await pool.request({ path: '/depth', method: 'GET' });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`refused with ${statusCode}`);
  return text;
}

/** All requests at once, as a bot does that leaves the number to its pool. */
async function atOnce(pool: Pool): Promise<string> {
  await Promise.allSettled(Array.from({ length: REQUESTS }, () => ask(pool)));
  return '';
}

/** All requests through a scheduler that was told nothing. */
async function scheduled(pool: Pool): Promise<string> {
  await using scheduler = new AdaptiveScheduler({ concurrency: { min: 1, max: 256, initial: 4 } });
  await scheduler.run(Array(REQUESTS).keys(), () => ask(pool), { collect: false });
  return `found ${scheduler.stats().limit} at once`;
}

/** Runs one contender against a server of its own, and prints what that has seen. */
async function race(name: string, connections: number, run: (pool: Pool) => Promise<string>): Promise<void> {
  const venue = await startVenue();
  const pool = new Pool(venue.origin, { connections });
  const began = performance.now();
  const note = await run(pool);
  const time = performance.now() - began;
  await pool.close();
  venue.close();

  const { mostOpen, refused, sockets, times } = venue.seen;
  const sorted = times.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  const figures = [time, sockets, mostOpen, refused, p99].map((figure) => String(Math.round(figure)).padStart(8));
  console.log(`${name.padEnd(24)}${figures.join('')}  ${note}`);
}

console.log(`${REQUESTS} requests; the server likes ${CAPACITY} at once and refuses more than ${MOST}`);
console.log(
  `${''.padEnd(24)}${['ms', 'sockets', 'at once', '503s', 'p99 ms'].map((title) => title.padStart(8)).join('')}`,
);
for (const connections of [6, CAPACITY, 200]) {
  await race(`undici, ${connections} connections`, connections, atOnce);
}
await race('scheduler, told nothing', 256, scheduled);
