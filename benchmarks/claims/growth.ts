import { bybitV5, type FeedEvent, FeedPool } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import { WebSocket } from 'ws';
import type { ClaimGroup, Measured } from '../runner/claim.js';
import { CountingVenue } from './support/counting-venue.js';
import { CENTRAL } from './support/documents.js';
import { mustEqual } from './support/saving.js';

const STREAMS = ['publicTrade', 'orderbook.50', 'tickers'] as const;
const MODELS = ['ppo', 'genetic', 'spectrum'] as const;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] as const;

type Subscribe = (topic: string) => Promise<void>;

/** Lets every model follow all streams of a symbol. */
async function follow(symbol: string, models: readonly string[], subscribe: Subscribe): Promise<void> {
  await Promise.all(models.flatMap(() => STREAMS.map((stream) => subscribe(`${stream}.${symbol}`))));
}

/** A bot with three symbols and three models, and a step that is counted. */
async function counted(step: (subscribe: Subscribe) => Promise<void>, ours: boolean): Promise<number> {
  const venue = new CountingVenue();
  const { subscribe, close } = ours ? shared(await venue.url()) : separate(await venue.url());
  try {
    for (const symbol of SYMBOLS) await follow(symbol, MODELS, subscribe);
    const before = venue.calls;
    await step(subscribe);
    return venue.calls - before;
  } finally {
    await close();
    venue.close();
  }
}

interface Bot {
  readonly subscribe: Subscribe;
  readonly close: () => Promise<void>;
}

/** One pool and one hub for all models. */
function shared(url: string): Bot {
  const pool = new FeedPool({ protocol: bybitV5('spot', { url }) });
  const hub = new SubscriptionHub<Record<string, FeedEvent>>({ source: pool });
  return {
    subscribe: (topic) =>
      new Promise((live) => {
        const onStatus = ({ type }: { readonly type: string }): void => void (type === 'live' && live());
        hub.subscribe(topic, () => undefined, { onStatus });
      }),
    async close() {
      await hub.close();
      await pool.close();
    },
  };
}

/** Every model subscribes to every stream by itself, on the connection of the bot. */
function separate(url: string): Bot {
  const opened = new WebSocket(url);
  const ready = new Promise((open) => opened.once('open', open));
  let id = 0;
  return {
    async subscribe(topic) {
      await ready;
      const request = String(id++);
      await new Promise<void>((done) => {
        const listen = (data: Buffer): void => {
          if ((JSON.parse(data.toString()) as { readonly req_id?: string }).req_id !== request) return;
          opened.off('message', listen);
          done();
        };
        opened.on('message', listen);
        opened.send(JSON.stringify({ op: 'subscribe', req_id: request, args: [topic] }));
      });
    },
    async close() {
      opened.terminate();
    },
  };
}

async function calls(step: (subscribe: Subscribe) => Promise<void>, expected: number): Promise<Measured> {
  const [usual, ours] = [await counted(step, false), await counted(step, true)];
  // What the document says of the usual way.
  mustEqual(expected, usual);
  return { value: ours, text: `${ours} instead of ${usual}` };
}

const HOW =
  'A venue on loopback counts connections and subscribe requests of a bot with 3 symbols, 3 models and 3 streams each';

export default {
  title: 'what growing costs',
  claims: [
    {
      source: { document: CENTRAL, words: 'Only 1 additional subscription per symbol' },
      claim: 'calls per added symbol: 1',
      how: `${HOW}, when a fourth symbol is added for all models: a request per model and stream against FeedPool behind a SubscriptionHub.`,
      promised: { atMost: 1 },
      measure: () => calls((subscribe) => follow('XRPUSDT', MODELS, subscribe), 9),
    },
    {
      source: { document: CENTRAL, words: 'No additional API overhead for new models' },
      claim: 'calls per added model: none',
      how: `${HOW}, when a fourth model follows all symbols.`,
      promised: { atMost: 0 },
      measure: () =>
        calls(async (subscribe) => {
          for (const symbol of SYMBOLS) await follow(symbol, ['fourth'], subscribe);
        }, 9),
    },
  ],
} satisfies ClaimGroup;
