import type { Recording } from '../../../examples/trading-pipeline/recording/index.js';
import { RecordingBuilder } from '../../../examples/trading-pipeline/recording/recording-builder.js';

/** A recording made of lines. */
export function recordingOf(lines: readonly string[], name = 'sample'): Recording {
  const builder = new RecordingBuilder(name);
  for (const [index, text] of lines.entries()) builder.add({ number: index + 1, text });
  return builder.finish();
}

export function line(t: number, message: unknown): string {
  return `{"t":${t.toFixed(3)},"dir":"in","msg":${JSON.stringify(message)}}`;
}

export const bybit2021Lines: readonly string[] = [
  '{"t":1000.000,"dir":"open","url":"wss://stream.bybit.com/realtime_public"}',
  '{"t":1001.000,"dir":"out","msg":{"op":"subscribe","args":["trade.BTCUSDT"]}}',
  '{"t":1002.000,"dir":"in","msg":{"success":true,"ret_msg":"","conn_id":"x","request":{"op":"subscribe","args":["trade.BTCUSDT"]}}}',
  line(1_010, { topic: 'orderBookL2_25.BTCUSDT', type: 'snapshot', data: { order_book: [] } }),
  line(1_020.5, { topic: 'trade.BTCUSDT', data: [{ symbol: 'BTCUSDT', price: '1.0' }] }),
  line(1_100, { topic: 'orderBookL2_25.ETHUSDT', type: 'snapshot', data: { order_book: [] } }),
  line(1_150, { topic: 'orderBookL2_25.BTCUSDT', type: 'delta', data: { delete: [], update: [], insert: [] } }),
  line(1_300, { topic: 'trade.BTCUSDT', data: [{ symbol: 'BTCUSDT', price: '2.0' }] }),
];

export const bybitV5Lines: readonly string[] = [
  '{"t":1000.000,"dir":"open","url":"wss://stream.bybit.com/v5/public/spot"}',
  ...Array.from({ length: 12 }, (_, index) =>
    line(1_001 + index, { topic: `orderbook.50.S${index}USDT`, type: 'snapshot', data: { s: `S${index}USDT` } }),
  ),
];

export function binanceLines(market: 'spot' | 'usdm' | 'coinm', t = 1_000): readonly string[] {
  const symbol = market === 'coinm' ? 'BTCUSD_PERP' : 'BTCUSDT';
  const previous = market === 'spot' ? {} : { pu: 1 };
  const stream = symbol.toLowerCase();
  const depth = { e: 'depthUpdate', E: t, s: symbol, U: 2, u: 3, ...previous, b: [], a: [] };
  const bids = [
    ['10.0', '1'],
    ['9.0', '1'],
  ];
  const snapshot = JSON.stringify({ lastUpdateId: 2, bids, asks: [['11.0', '1']] });
  return [
    line(t, { stream: `${stream}@depth@100ms`, data: depth }),
    `{"t":${t + 1}.000,"dir":"in","for":"${symbol}","msg":${snapshot}}`,
    line(t + 2, { stream: `${stream}@bookTicker`, data: { u: 3, s: symbol, b: '10.0', B: '1', a: '11.0', A: '1' } }),
    line(t + 250, { stream: `${stream}@trade`, data: { e: 'trade', s: symbol, p: '10.0', q: '1', M: true } }),
  ];
}

export const krakenLines: readonly string[] = [
  '{"t":1000.000,"dir":"open","url":"wss://ws.kraken.com"}',
  '{"t":1001.000,"dir":"out","msg":{"event":"subscribe","pair":["ETH/CHF","XMR/USD"],"subscription":{"name":"book","depth":1000}}}',
  line(1_002, { connectionID: 1, event: 'systemStatus', status: 'online', version: '1.8.3' }),
  line(1_003, { event: 'heartbeat' }),
  line(1_004, [496, { as: [], bs: [] }, 'book-1000', 'ETH/CHF']),
  line(1_005, [496, { a: [] }, { b: [], c: '1' }, 'book-1000', 'ETH/CHF']),
];

export const coinbaseLines: readonly string[] = [
  '{"t":1000.000,"dir":"open","url":"wss://ws-feed.pro.coinbase.com"}',
  '{"t":1001.000,"dir":"out","msg":{"type":"subscribe","product_ids":["NMR-EUR"],"channels":["level2","matches"]}}',
  line(1_002, { type: 'subscriptions', channels: [] }),
  line(1_003, { type: 'snapshot', product_id: 'NMR-EUR', asks: [], bids: [] }),
  line(1_004, { type: 'last_match', product_id: 'NMR-EUR', price: '1' }),
  line(1_005, { type: 'l2update', product_id: 'NMR-EUR', changes: [] }),
  line(1_006, { type: 'ticker', product_id: 'NMR-EUR', price: '1' }),
];
