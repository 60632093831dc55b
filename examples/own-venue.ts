/**
 * A venue that the package does not know, described with `defineProtocol`: what it is asked, what it answers, what its
 * frames mean. Everything else (one connection, one request for many topics, heartbeats, reconnection, gaps, limits) is
 * then the pool's.
 *
 *   npm run example -- own-venue
 *
 * The venue is an invented one that this program plays itself. It cuts the connection once, and sends the last trade
 * again to who comes back.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { type WebSocket, WebSocketServer } from 'ws';
import { defineProtocol, type FeedEvent, FeedPool, type FeedProtocol, type Incoming } from 'tickwise/feed';

/** The whole description of the venue. */
function harbour(url: string): FeedProtocol {
  return defineProtocol({
    name: 'harbour',
    url,
    // What it allows, with where that is written and when it was read: the pool keeps to it.
    limits: {
      topicsPerRequest: 20,
      topicsPerConnection: 200,
      pace: 10,
      source: 'harbour.example/docs',
      asOf: '2026-11-21',
    },
    // It wants to hear from us every 15 s; whatever it sends within 5 s shows that it is there.
    heartbeat: { every: 15_000, timeout: 5_000, ping: () => '{"do":"knock"}' },
    // Found out here, a wrong topic costs no request.
    refuse: (topic) => (/^trades\/[a-z]+$/.test(topic) ? undefined : 'a topic looks like trades/herring'),
    request: (action, topics, id) =>
      JSON.stringify({ do: action === 'subscribe' ? 'follow' : 'leave', names: topics, no: id }),
    read,
    // It sends the last trade again after a subscription; its number shows that it is the same.
    resends: (topic) => topic.startsWith('trades/'),
    identify: ({ raw }) => (raw as Sale).sale,
  });
}

interface Sale {
  readonly at: string;
  readonly sale: number;
  readonly price: string;
  readonly kilos: number;
  readonly time: number;
}

/** What a frame means. What it throws makes the frame a malformed one, which is counted and reported. */
function read(message: unknown): Incoming {
  const frame = message as Partial<Sale> & { done?: number; taken?: string[]; unknown?: string[] }; // Each field is checked.
  if (frame.done !== undefined) {
    // One answer may take some topics and refuse others.
    const error = frame.unknown?.length ? 'no such fish' : undefined;
    return { type: 'ack', topics: frame.taken ?? [], refused: frame.unknown ?? [], error };
  }
  if (typeof frame.at === 'string' && typeof frame.sale === 'number')
    return { type: 'event', event: trade(frame as Sale) };
  return { type: 'unknown' };
}

/** In the package's words, so that models need not know the venue. */
function trade(raw: Sale): FeedEvent {
  const [, symbol = ''] = raw.at.split('/');
  const item = { price: Number(raw.price), size: raw.kilos, side: 'buy', ts: raw.time, id: String(raw.sale) } as const;
  if (!Number.isFinite(item.price)) throw new RangeError(`price is no number: ${raw.price}`);
  return { kind: 'trade', topic: raw.at, symbol, ts: raw.time, items: [item], raw };
}

/** Subscribes, prints what comes until the connection was lost and is back, and returns the lines. */
export async function run(print: (line: string) => void = console.log): Promise<string[]> {
  const venue = await startVenue();
  const lines: string[] = [];
  const say = (line: string): void => {
    lines.push(line);
    print(line);
  };
  const pool = new FeedPool({ protocol: harbour(venue.url), reconnect: { minDelay: 1 }, onError: () => undefined });

  await new Promise<void>((resolve) => {
    const show = (event: FeedEvent): void => {
      if (event.kind !== 'trade') return;
      for (const { id, price, size } of event.items) say(`${event.symbol} ${id}: ${size} kg at ${price}`);
      if (event.items.at(-1)?.id === '3') resolve();
    };
    pool.subscribe('trades/unicorn', show).catch((error: unknown) => say(String(error)));
    void pool.subscribe('trades/herring', show, ({ type }) => say(`herring is ${type}`));
  });

  const { opened, repeated, malformed } = pool.stats();
  say(`${opened} connections, ${repeated} trade sent again, ${malformed} malformed frame`);
  await pool.close();
  await venue.close();
  return lines;
}

/** Takes herring and no unicorns. Cuts the first connection after two trades, and sends the last one again on the second. */
async function startVenue(): Promise<{ url: string; close(): Promise<void> }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  let visits = 0;
  server.on('connection', (socket) => {
    const visit = ++visits;
    socket.on('message', (data: Buffer) => {
      const { do: what, names = [], no } = JSON.parse(data.toString()) as { do: string; names?: string[]; no?: number };
      if (what !== 'follow') return;
      const unknown = names.filter((name) => name !== 'trades/herring');
      socket.send(JSON.stringify({ done: no, taken: names.filter((name) => !unknown.includes(name)), unknown }));
      for (const sale of visit === 1 ? [1, 2] : [2, 3]) sell(socket, sale);
      if (visit === 1) socket.close();
    });
  });
  const { port } = server.address() as AddressInfo; // A listening TCP server has such an address.
  return {
    url: `ws://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function sell(socket: WebSocket, sale: number): void {
  const time = Date.UTC(2026, 0, 5, 6, sale);
  if (sale === 3) socket.send(JSON.stringify({ at: 'trades/herring', sale, price: 'dear', kilos: 1, time }));
  socket.send(
    JSON.stringify({ at: 'trades/herring', sale, price: (4 + sale / 10).toFixed(2), kilos: 20 * sale, time }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();
