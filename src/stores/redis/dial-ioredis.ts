import type { IoredisClient } from './client.js';
import { asBuffer, type Dial } from './link.js';

/** What a duplicate has besides. */
interface OwnClient extends IoredisClient {
  connect(): Promise<unknown>;
  disconnect(): void;
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown;
}

/**
 * ioredis keeps commands while it is offline, and sends those without an answer again, by default. Either could
 * undo a later write, of this process or another, at any time. A lost client is left, and another takes its place.
 */
const ONE_CONNECTION = {
  lazyConnect: true,
  retryStrategy: null,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  enableAutoPipelining: false,
  monitor: false,
};

/** Makes connections like that of an ioredis client. */
export function dialIoredis(client: IoredisClient): Dial {
  return (onLost) => {
    const own = client.duplicate(ONE_CONNECTION) as OwnClient; // it is of the client's class
    let latest: unknown;
    own.on('error', (error) => {
      latest = error;
      onLost(error);
    });
    own.on('close', () => onLost(latest ?? new Error('Redis closed the connection')));
    return {
      async connect() {
        try {
          await own.connect();
        } catch (error) {
          throw latest ?? error; // the client's own says no more than that the connection is closed
        }
      },
      send: ([name, ...args]) =>
        own.callBuffer(name, ...args.map((part) => (typeof part === 'string' ? part : asBuffer(part)))),
      subscribe(channel, onMessage) {
        own.on('messageBuffer', (_channel, message) => {
          if (message instanceof Uint8Array) onMessage(message);
        });
        return own.callBuffer('subscribe', channel);
      },
      end: () => own.disconnect(),
    };
  };
}
