import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Passes everything on after so many milliseconds, each way, in a thread of its own. */
const PROXY = `
const net = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const pass = (from, to) => {
  from.on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), workerData.delay));
  from.on('close', () => setTimeout(() => to.destroy(), workerData.delay));
  from.on('error', () => to.destroy());
};
const server = net.createServer((client) => {
  const upstream = net.connect(workerData.port, '127.0.0.1');
  client.setNoDelay(true);
  upstream.setNoDelay(true);
  pass(client, upstream);
  pass(upstream, client);
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** URL of the same server, so many milliseconds away each way. Ends with the process. */
export async function atDistance(url: string, delay: number): Promise<string> {
  const far = new URL(url);
  const worker = new Worker(PROXY, { eval: true, workerData: { delay, port: Number(far.port) } });
  worker.unref();
  const [port] = (await once(worker, 'message')) as [number];
  far.port = String(port);
  return far.href;
}
