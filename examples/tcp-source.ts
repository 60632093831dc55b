/**
 * A source of one's own for the hub: prices over plain TCP, one connection for all topics.
 *
 *   npm run example -- tcp-source
 *
 * A line is `sub <topic>`, `unsub <topic>`, `ok <topic>`, `no <topic>` or `value <topic> <number>`.
 *
 * Prints:
 *   model 1: 61250
 *   model 2: 61250
 *   the venue has 1 connection with 1 subscription
 *   after close it has 0
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { type EndTopic, systemClock, type TopicSource, type TopicStatus } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';

/** Milliseconds before a lost connection is opened again. */
const RECONNECT_DELAY = 50;

/** One subscription, from its request to its end. */
interface Entry {
  readonly emit: (value: number) => void;
  readonly notify: (status: TopicStatus) => void;
  /** Settles the call of `subscribe`; undefined once that is done. */
  answer: { resolve: () => void; reject: (error: Error) => void } | undefined;
  /** Whether the venue has confirmed it on the present connection. */
  isConfirmed: boolean;
  /** Epoch milliseconds of the loss that subscribers have yet to be told as a gap. */
  lostAt: number | undefined;
}

/** Subscribes to a venue's topics over one TCP connection, which it opens when needed and again when lost. */
export class TcpSource implements TopicSource<Record<string, number>> {
  readonly #port: number;
  readonly #entries = new Map<string, Entry>();
  #socket: Socket | undefined;
  #isClosed = false;

  constructor(port: number) {
    this.#port = port;
  }

  async subscribe(
    topic: string,
    emit: (value: number) => void,
    notify: (status: TopicStatus) => void,
  ): Promise<EndTopic> {
    const entry: Entry = { emit, notify, answer: undefined, isConfirmed: false, lostAt: undefined };
    const answered = new Promise<void>((resolve, reject) => (entry.answer = { resolve, reject }));
    this.#entries.set(topic, entry);
    // A connection that is being opened asks for all topics once it is open.
    if (this.#socket === undefined) this.#open();
    else this.#send(`sub ${topic}`);
    await answered;
    return () => {
      // What the venue has sent by now finds no entry.
      this.#entries.delete(topic);
      this.#send(`unsub ${topic}`);
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#entries.clear();
    this.#socket?.destroy();
  }

  #open(): void {
    const socket = connect(this.#port, '127.0.0.1');
    this.#socket = socket;
    socket.on('connect', () => {
      for (const topic of this.#entries.keys()) this.#send(`sub ${topic}`);
    });
    socket.on('close', () => this.#lost());
    readLines(socket, (line) => this.#read(line));
  }

  #send(line: string): void {
    if (this.#socket?.readyState === 'open') this.#socket.write(`${line}\n`);
  }

  #read(line: string): void {
    const [kind, topic = '', number] = line.split(' ');
    const entry = this.#entries.get(topic);
    if (entry === undefined) return;
    if (kind === 'ok') confirm(entry);
    // Before the confirmation it is for a subscription that has ended.
    else if (kind === 'value' && entry.isConfirmed) entry.emit(Number(number));
    else if (kind === 'no') {
      this.#entries.delete(topic);
      entry.answer?.reject(new Error(`the venue refuses '${topic}'`));
    }
  }

  #lost(): void {
    this.#socket = undefined;
    if (this.#isClosed) return;
    for (const entry of this.#entries.values()) {
      if (entry.isConfirmed) {
        entry.lostAt = systemClock.wallTime();
        entry.notify({ type: 'failed', error: new Error('the connection was lost') });
      }
      entry.isConfirmed = false;
    }
    systemClock.setTimeout(() => {
      if (!this.#isClosed && this.#socket === undefined && this.#entries.size > 0) this.#open();
    }, RECONNECT_DELAY);
  }
}

function confirm(entry: Entry): void {
  entry.isConfirmed = true;
  entry.answer?.resolve();
  entry.answer = undefined;
  if (entry.lostAt === undefined) return;
  entry.notify({ type: 'gap', from: entry.lostAt, to: systemClock.wallTime() });
  entry.notify({ type: 'live' });
  entry.lostAt = undefined;
}

/** Calls a listener for each line. An error of the socket is left to its close, which follows. */
function readLines(socket: Socket, listener: (line: string) => void): void {
  const ignore = (): void => undefined;
  socket.on('error', ignore);
  createInterface(socket).on('line', listener).on('error', ignore);
}

/** A venue on 127.0.0.1. It refuses topics that begin with `no.`. */
export class TcpVenue {
  readonly #server: Server;
  readonly #topicsOf = new Map<Socket, Set<string>>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#welcome(socket));
  }

  static async start(): Promise<TcpVenue> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpVenue(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // A listening TCP server has such an address.
  }

  get connections(): number {
    return this.#topicsOf.size;
  }

  subscriptions(topic: string): number {
    return [...this.#topicsOf.values()].filter((topics) => topics.has(topic)).length;
  }

  send(topic: string, value: number): void {
    for (const [socket, topics] of this.#topicsOf) if (topics.has(topic)) socket.write(`value ${topic} ${value}\n`);
  }

  /** Breaks all connections. */
  interrupt(): void {
    for (const socket of this.#topicsOf.keys()) socket.resetAndDestroy();
    this.#topicsOf.clear();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.interrupt();
    await closed;
  }

  #welcome(socket: Socket): void {
    const topics = new Set<string>();
    this.#topicsOf.set(socket, topics);
    socket.on('close', () => this.#topicsOf.delete(socket));
    readLines(socket, (line) => {
      const [kind, topic = ''] = line.split(' ');
      if (kind === 'unsub') topics.delete(topic);
      else if (topic.startsWith('no.')) socket.write(`no ${topic}\n`);
      else {
        topics.add(topic);
        socket.write(`ok ${topic}\n`);
      }
    });
  }
}

/** Two models share one subscription of one connection. Returns what was printed. */
export async function run(print: (line: string) => void = console.log): Promise<string[]> {
  const lines: string[] = [];
  const say = (line: string): void => {
    lines.push(line);
    print(line);
  };
  const venue = await TcpVenue.start();
  const source = new TcpSource(venue.port);
  const hub = new SubscriptionHub<Record<string, number>>({ source });

  const [first, second] = [hub.stream('BTCUSDT'), hub.stream('BTCUSDT')];
  while (hub.explain('BTCUSDT').state !== 'live') await new Promise(setImmediate);
  venue.send('BTCUSDT', 61_250);
  say(`model 1: ${(await first.next()).value}`);
  say(`model 2: ${(await second.next()).value}`);
  say(`the venue has ${venue.connections} connection with ${venue.subscriptions('BTCUSDT')} subscription`);

  await hub.close();
  while (venue.subscriptions('BTCUSDT') > 0) await new Promise(setImmediate);
  say(`after close it has ${venue.subscriptions('BTCUSDT')}`);
  source.close();
  await venue.close();
  return lines;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await run();
