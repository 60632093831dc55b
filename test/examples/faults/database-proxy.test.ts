import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { DatabaseProxy } from '../../../examples/trading-pipeline/faults/database-proxy.js';

it('replies after a slow time stay behind those that it held back', async () => {
  const { proxy, client, server } = await joined();
  const received = textOf(client, 2);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());

  proxy.become('slow');
  server.write('1');
  while (vi.getTimerCount() === 0) await turn();
  proxy.become('up');
  server.write('2');
  for (let turns = 0; turns < 100; turns++) await turn();
  vi.runAllTimers();

  expect(await received).toBe('12');
});

/** A connection through a proxy, and both its ends. */
async function joined(): Promise<{ proxy: DatabaseProxy; client: Socket; server: Socket }> {
  const database = createServer().listen(0, '127.0.0.1');
  await once(database, 'listening');
  const address = database.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const proxy = await DatabaseProxy.open(`postgres://a@127.0.0.1:${port}/b`);
  const accepted = once(database, 'connection');
  const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  const [server] = (await accepted) as [Socket]; // the event's documented argument
  onTestFinished(async () => {
    await proxy.close();
    database.close();
  });
  return { proxy, client, server };
}

/** What a socket receives, up to a number of bytes. */
async function textOf(socket: Socket, bytes: number): Promise<string> {
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.length >= bytes) break;
  }
  return text;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
