import type { NodeRedisClient } from './client.js';
import { asBuffer, type Dial } from './link.js';

/** What a duplicate has besides. */
interface OwnClient extends NodeRedisClient {
  connect(): Promise<unknown>;
  /** From version 5. */
  destroy?(): void;
  /** Until version 5. */
  disconnect?(): Promise<unknown>;
  subscribe(channel: string, listener: (message: Buffer) => void, asBytes: true): Promise<unknown>;
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown;
}

/** Texts as bytes: `returnBuffers` is version 4's way, `typeMapping` (by the first byte of an answer) that of later ones. */
const AS_BYTES = { returnBuffers: true, typeMapping: { ['$'.charCodeAt(0)]: Buffer } };

/** What tells that a connection is over; any will do. */
const LOST = ['error', 'end', 'terminated', 'reconnecting'];

/** Makes connections like that of a node-redis client. */
export function dialNodeRedis(client: NodeRedisClient): Dial {
  const options = optionsOf(client);
  const keyPrefix = textOf(options['keyPrefix']);
  return (onLost) => {
    const own = client.duplicate(oneConnection(options)) as OwnClient; // it is of the client's class
    for (const event of LOST) own.on(event, (cause) => onLost(cause ?? new Error(`the connection to Redis: ${event}`)));
    return {
      connect: () => own.connect(),
      send: (command) =>
        own.sendCommand(
          withPrefix(command, keyPrefix).map((part) => (typeof part === 'string' ? part : asBuffer(part))),
          AS_BYTES,
        ),
      subscribe: (channel, onMessage) => own.subscribe(channel, (message) => onMessage(message), true),
      end: () => end(own),
    };
  };
}

/** The offline queue would send commands later, when they could undo a newer write. */
function oneConnection(options: Readonly<Record<string, unknown>>): object {
  const socket = options['socket'];
  return {
    disableOfflineQueue: true,
    legacyMode: false,
    clientSideCache: undefined,
    socket: { ...(typeof socket === 'object' ? socket : undefined), reconnectStrategy: false },
  };
}

/** A raw command does not get the client's own prefix. The key comes first, in `eval` after script and count. */
function withPrefix(command: readonly (string | Uint8Array)[], prefix: string): readonly (string | Uint8Array)[] {
  if (prefix === '') return command;
  const at = command[0] === 'eval' ? 3 : 1;
  const keyless = command[0] === 'ping' || command[0] === 'publish';
  return keyless ? command : command.map((part, index) => (index === at ? `${prefix}${String(part)}` : part));
}

function textOf(prefix: unknown): string {
  if (prefix instanceof Uint8Array) return asBuffer(prefix).toString();
  return typeof prefix === 'string' ? prefix : '';
}

function optionsOf(client: NodeRedisClient): Readonly<Record<string, unknown>> {
  const options: unknown = Reflect.get(client, 'options');
  return typeof options === 'object' && options !== null ? { ...options } : {};
}

function end(own: OwnClient): void {
  try {
    if (own.destroy !== undefined) own.destroy();
    else own.disconnect?.().catch(() => undefined); // rejects when it has ended by itself
  } catch {
    // Throws when it has ended by itself.
  }
}
