// A venue on 127.0.0.1 in a process of its own, so that what it computes is not counted. It speaks as much of Bybit V5 as
// subscribing takes. Its first line on stdout is its port. File 3 holds how many ticks it is to have sent, a double; it
// ends when stdin does.
import { readSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { CYCLE, textOf, topicsOf } from './ticks.js';

interface Request {
  readonly op: string;
  readonly req_id?: string;
  readonly args?: readonly string[];
}

/** A subscriber: frames are written to its TCP socket as they are, made before. */
interface Client {
  readonly tcp: Socket;
  /** By symbol, whether it is subscribed. */
  readonly wants: boolean[];
}

/** Ticks that are written in one piece. */
const BURST = 60;
/** File descriptor of the orders. */
const ORDERS = 3;
/** Milliseconds between two looks at the orders. */
const PAUSE = 0.05;
/** Bytes that may wait for a client before the next burst does. */
const MOST_WAITING = 2 ** 18;

const symbols = Number(process.argv[2]);
const topics = topicsOf(symbols);
const frames = Array.from({ length: CYCLE }, (_, tick) => frameOf(textOf(tick, symbols)));
const pieces = new Map<string, Buffer>();
const clients = new Set<Client>();
let sent = 0;
const ordered = new Float64Array(1);

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', welcome);
// Listening on TCP, it has such an address.
server.on('listening', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.on('end', () => process.exit()).resume();
look();

function look(): void {
  readSync(ORDERS, ordered, 0, 8, 0);
  const [total = 0] = ordered;
  if (sent < total && !isFull()) send(total);
  // What was written is with the system already, unless a client is behind.
  else if (!isFull()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
  setImmediate(look);
}

function welcome(socket: WebSocket, { socket: tcp }: IncomingMessage): void {
  const client: Client = { tcp, wants: topics.map(() => false) };
  clients.add(client);
  tcp.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('close', () => clients.delete(client));
  socket.on('message', (data: Buffer) => {
    // Only benchmarks of this folder connect.
    const { op, req_id, args = [] } = JSON.parse(data.toString()) as Request;
    if (op === 'subscribe')
      for (const [index, topic] of topics.entries()) if (args.includes(topic)) client.wants[index] = true;
    socket.send(JSON.stringify({ success: true, ret_msg: op === 'ping' ? 'pong' : '', op, req_id, conn_id: '1' }));
  });
}

/** Sends one piece. */
function send(total: number): void {
  const to = Math.min(total, sent - (sent % BURST) + BURST);
  for (const client of clients) {
    const piece = pieceFor(client, sent, to);
    if (piece.length > 0) client.tcp.write(piece);
  }
  sent = to;
}

function isFull(): boolean {
  return [...clients].some(({ tcp }) => tcp.writableLength > MOST_WAITING);
}

function pieceFor({ wants }: Client, from: number, to: number): Buffer {
  const key = `${from % CYCLE}-${to - from}-${wants.join()}`;
  const known = pieces.get(key);
  if (known !== undefined) return known;
  const wanted: Buffer[] = [];
  for (let tick = from; tick < to; tick++)
    if (wants[tick % symbols] === true) wanted.push(frames[tick % CYCLE] ?? Buffer.alloc(0));
  const piece = Buffer.concat(wanted);
  pieces.set(key, piece);
  return piece;
}

/** A WebSocket text frame of 126 to 65,535 bytes. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}
