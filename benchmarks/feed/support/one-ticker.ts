import { Agent } from 'node:http';
import { bybitV5, type FeedEvent, FeedPool } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import type { Instance } from '../../runner/contract.js';
import { lastPrice } from './models.js';
import type { CcxtAddresses, CcxtModule, WsModule } from './peers.js';
import { openSocket, parsePrice } from './sockets.js';
import { topicsOf } from './ticks.js';
import { startVenue, type Venue } from './venue.js';
import { warmUp } from './warm-up.js';

const [TOPIC = ''] = topicsOf(1);

/** A client of a venue that sends the ticker of one symbol. */
export interface Client {
  /** Sends ticks and waits until the client has worked through all of them. */
  readonly receive: (ticks: number) => Promise<void>;
  /** The newest price that the library knows. */
  readonly known: () => number;
  /** The newest price that the user's own code has got. */
  readonly got: () => number;
  readonly close: () => Promise<void>;
}

/** A client's side of a connection. */
interface Connected {
  readonly known: () => number;
  readonly got: () => number;
  readonly close: () => unknown;
}

/** What a client is built of: it calls `worked` for each tick it has worked through. */
export type Connect = (url: string, worked: () => void) => Promise<Connected>;

/** Starts a venue and connects a client with it. */
export async function openClient(connect: Connect): Promise<Client> {
  const venue: Venue = await startVenue(1);
  let missing = 0;
  let arrived: () => void = () => undefined;
  const { known, got, close } = await connect(venue.url, () => {
    if (--missing === 0) arrived();
  });
  return {
    receive(ticks) {
      missing = ticks;
      const finished = new Promise<void>((resolve) => (arrived = resolve));
      venue.order(ticks);
      return finished;
    },
    known,
    got,
    async close() {
      await close();
      await venue.close();
    },
  };
}

/** Receives ticks; the answer is the newest price. */
export async function receiving(connect: Connect): Promise<Instance> {
  const client = await openClient(connect);
  await warmUp(client.receive);
  return { run: (operations) => client.receive(operations), answer: client.known, close: client.close };
}

/** A pool alone, and its only subscriber. */
export const pool: Connect = async (url, worked) => {
  let price = NaN;
  const feed = new FeedPool({ protocol: bybitV5('spot', { url }) });
  await feed.subscribe(TOPIC, (event) => {
    price = lastPrice(event);
    worked();
  });
  return { known: () => price, got: () => price, close: () => feed.close() };
};

/** A pool, a hub and its only subscriber. */
export const poolAndHub: Connect = async (url, worked) => {
  let price = NaN;
  const feed = new FeedPool({ protocol: bybitV5('spot', { url }) });
  const hub = new SubscriptionHub<Record<string, FeedEvent>>({ source: feed, freeze: 'never' });
  const receive = (event: FeedEvent): void => {
    price = lastPrice(event);
    worked();
  };
  await new Promise<void>((resolve) => {
    hub.subscribe(TOPIC, receive, { onStatus: ({ type }) => (type === 'live' ? resolve() : undefined) });
  });
  const close = async (): Promise<void> => {
    await hub.close();
    await feed.close();
  };
  return { known: () => price, got: () => price, close };
};

/** A socket by hand. */
export function socket(ws: WsModule): Connect {
  return async (url, worked) => {
    let price = NaN;
    const close = await openSocket(ws, url, [TOPIC], (data) => {
      price = parsePrice(data);
      worked();
    });
    return { known: () => price, got: () => price, close };
  };
}

/** A loop over `watchTicker`, as ccxt is used. */
export function ccxt({ default: { pro } }: CcxtModule): Connect {
  return async (url, worked) => {
    const exchange = new pro.bybit({ newUpdates: true });
    // Without one it connects by TLS only.
    exchange.httpAgent = new Agent();
    exchange.setMarkets([MARKET]);
    exchange.loadMarkets = () => Promise.resolve(exchange.markets);
    redirect(exchange.urls.api.ws.public, url);
    const handle = exchange.handleTicker.bind(exchange);
    exchange.handleTicker = (client, message) => {
      handle(client, message);
      worked();
    };
    let price = NaN;
    const watch = async (): Promise<void> => {
      for (;;) price = (await exchange.watchTicker(MARKET.symbol)).last;
    };
    const subscribed = new Promise<void>((resolve) => (exchange.handleSubscriptionStatus = () => resolve()));
    const watching = watch();
    // It fails when it cannot subscribe, and when it is closed.
    await Promise.race([subscribed, watching]);
    watching.catch(() => undefined);
    const close = (): Promise<void> => exchange.close();
    return { known: () => exchange.tickers[MARKET.symbol]?.last ?? NaN, got: () => price, close };
  };
}

/** What ccxt would load from the venue about the pair. */
const MARKET = {
  id: 'BTCUSDT',
  symbol: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  baseId: 'BTC',
  quoteId: 'USDT',
  type: 'spot',
  spot: true,
  swap: false,
  future: false,
  option: false,
  contract: false,
  active: true,
  precision: { amount: 1e-6, price: 0.01 },
  limits: {},
  info: {},
};

/** Sends every stream to one address. */
function redirect(addresses: CcxtAddresses, url: string): void {
  for (const [market, address] of Object.entries(addresses)) {
    if (typeof address === 'string') addresses[market] = url;
    else for (const kind of Object.keys(address)) address[kind] = url;
  }
}
