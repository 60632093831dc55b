import type { WsModule } from './peers.js';

interface Frame {
  readonly data?: { readonly lastPrice: string };
}

/** Opens a socket by hand, subscribes to topics, and resolves with its end when the venue has confirmed them. */
export async function openSocket(
  { WebSocket }: WsModule,
  url: string,
  topics: readonly string[],
  receive: (data: Buffer) => void,
): Promise<() => void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise((resolve) => socket.once('open', resolve));
  const answered = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ req_id: '1', op: 'subscribe', args: topics }));
  await answered;
  socket.on('message', receive);
  return () => socket.terminate();
}

/** Parses a frame and reads the price, as it is written by hand. */
export function parsePrice(data: Buffer): number {
  // Only the venue of these benchmarks sends.
  return Number((JSON.parse(data as unknown as string) as Frame).data?.lastPrice);
}
