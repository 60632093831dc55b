import type { Market, Playable } from '../recording/index.js';
import { isObject } from '../recording/dialects/index.js';

/** An HTTP answer. */
export interface RestAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where each market of Binance offers its books. */
const DEPTH_PATHS: ReadonlyMap<Market, string> = new Map([
  ['spot', '/api/v3/depth'],
  ['usdm', '/fapi/v1/depth'],
  ['coinm', '/dapi/v1/depth'],
]);

/**
 * Answers a request for an order-book snapshot with the recorded body, byte for byte, or with what `current` gives.
 *
 * Without `limit` the whole snapshot is sent; with one, at most so many levels a side.
 */
export function answerRest(
  recording: Playable,
  symbols: ReadonlySet<string>,
  url: URL,
  current?: (symbol: string) => string,
): RestAnswer {
  const path = recording.venue === 'binance' ? DEPTH_PATHS.get(recording.market) : undefined;
  if (url.pathname !== path) return { status: 404, body: '{"code":-1,"msg":"Not found."}' };
  const symbol = url.searchParams.get('symbol');
  if (symbol === null) return refuse(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
  if (!symbols.has(symbol)) return refuse(-1121, 'Invalid symbol.');
  const limit = Number(url.searchParams.get('limit') ?? Infinity);
  if (limit !== Infinity && (!Number.isInteger(limit) || limit < 1)) return refuse(-1130, 'Invalid limit.');
  const snapshot = recording.snapshots.get(symbol);
  if (snapshot === undefined) return { status: 503, body: '{"code":-1001,"msg":"No snapshot was recorded."}' };
  const text = current?.(symbol) ?? snapshot.text;
  return { status: 200, body: limit === Infinity ? text : shortened(text, limit) };
}

function refuse(code: number, msg: string): RestAnswer {
  return { status: 400, body: JSON.stringify({ code, msg }) };
}

function shortened(text: string, limit: number): string {
  const body: unknown = JSON.parse(text);
  if (!isObject(body)) return text;
  const { bids, asks } = body;
  if (!Array.isArray(bids) || !Array.isArray(asks) || Math.max(bids.length, asks.length) <= limit) return text;
  return JSON.stringify({ ...body, bids: bids.slice(0, limit), asks: asks.slice(0, limit) });
}
