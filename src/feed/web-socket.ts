import type { WebSocket } from 'ws';
import { PeerMissingError } from '../core/errors.js';

/** The part of the package `ws` that is used. */
interface WebSocketModule {
  /** The client class; its constructor opens the connection. */
  readonly WebSocket: typeof WebSocket;
}

/**
 * Loads the optional package `ws`.
 * @throws PeerMissingError when it is not installed.
 */
export async function loadWebSocket(
  load: () => Promise<WebSocketModule> = () => import('ws'),
): Promise<typeof WebSocket> {
  try {
    return (await load()).WebSocket;
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new PeerMissingError('FeedPool needs the package "ws" (8.18 or newer); run: npm install ws', { cause });
  }
}

function isMissing(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}
