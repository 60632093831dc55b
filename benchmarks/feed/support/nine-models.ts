import { bybitV5, type FeedEvent, FeedPool, type FeedPoolOptions } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import type { Instance } from '../../runner/contract.js';
import { lastPrice, makeModel, type Model, MODELS, SYMBOLS } from './models.js';
import type { WsModule } from './peers.js';
import { openSocket, parsePrice } from './sockets.js';
import { lastTicks, priceOf, topicsOf } from './ticks.js';
import { startVenue, type Venue } from './venue.js';
import { warmUp } from './warm-up.js';

const TOPICS = topicsOf(SYMBOLS);

/** Nine models for each of three symbols: `models[symbol][model]`. */
export type Grid = readonly (readonly Model[])[];

/** Connects all models with the venue; resolves with the end of that when everything is subscribed. */
export type Connect = (url: string, grid: Grid) => Promise<() => unknown>;

/** What waits for ticks to arrive. */
interface Drive {
  /** A model of a symbol got a price. */
  seen(symbol: number, price: number): void;
  /** Orders ticks and waits for them. */
  run(venue: Venue, from: number, to: number): Promise<void>;
  /** What the answer tells of a model. */
  answer(model: Model): number;
}

/** Every tick reaches every model of its symbol: sums of all prices are compared. */
export function everyTick(): Drive {
  let missing = 0;
  let arrived: () => void = () => undefined;
  return {
    seen() {
      if (--missing === 0) arrived();
    },
    run(venue, from, to) {
      missing += MODELS * (to - from);
      venue.order(to - from);
      return new Promise((resolve) => (arrived = resolve));
    },
    answer: (model) => model.sum(),
  };
}

/** The newest of 20 ticks of each symbol reaches every model; only then are the next 20 ordered. */
export function newestOfTwenty(): Drive {
  const BURST = 20 * SYMBOLS;
  let missing = 0;
  let expected: number[] = [];
  let arrived: () => void = () => undefined;
  return {
    seen(symbol, price) {
      if (price === expected[symbol] && --missing === 0) arrived();
    },
    async run(venue, from, to) {
      for (let start = from; start < to;) {
        const end = Math.min(to, start - (start % BURST) + BURST);
        const last = lastTicks(start, end, SYMBOLS);
        expected = last.map((tick) => (tick === undefined ? NaN : priceOf(tick)));
        missing = MODELS * last.filter((tick) => tick !== undefined).length;
        venue.order(end - start);
        await new Promise<void>((resolve) => (arrived = resolve));
        start = end;
      }
    },
    answer: (model) => model.newest(),
  };
}

/** A venue, the models and what connects them. */
export async function nineModels(drive: Drive, connect: Connect): Promise<Instance> {
  const venue = await startVenue(SYMBOLS);
  const grid: Grid = TOPICS.map((_, symbol) =>
    Array.from({ length: MODELS }, () => makeModel((price) => drive.seen(symbol, price))),
  );
  const end = await connect(venue.url, grid);
  await warmUp((ticks) => drive.run(venue, 0, ticks));
  for (const model of grid.flat()) model.reset();
  let sent = 0;
  return {
    async run(operations) {
      await drive.run(venue, sent, sent + operations);
      sent += operations;
    },
    answer: () => grid.map((models) => models.map((model) => drive.answer(model))),
    async close() {
      await end();
      await venue.close();
    },
  };
}

/** One pool, one hub, 27 subscriptions. */
export function shared(options: Partial<FeedPoolOptions> = {}): Connect {
  return async (url, grid) => {
    const pool = new FeedPool({ protocol: bybitV5('spot', { url }), ...options });
    const hub = new SubscriptionHub<Record<string, FeedEvent>>({ source: pool, freeze: 'never' });
    const live = TOPICS.map(
      (topic, symbol) =>
        new Promise<void>((resolve) => {
          for (const { receive } of grid[symbol] ?? []) {
            hub.subscribe(topic, (event) => receive(lastPrice(event)), {
              onStatus: ({ type }) => (type === 'live' ? resolve() : undefined),
            });
          }
        }),
    );
    await Promise.all(live);
    return async () => {
      await hub.close();
      await pool.close();
    };
  };
}

/** A socket for each model and symbol, each of which parses what it gets. */
export function ownSockets(ws: WsModule): Connect {
  return async (url, grid) => {
    const opening = grid.flatMap((models, symbol) =>
      models.map(({ receive }) => openSocket(ws, url, [TOPICS[symbol] ?? ''], (data) => receive(parsePrice(data)))),
    );
    const ends = await Promise.all(opening);
    return () => {
      for (const end of ends) end();
    };
  };
}
