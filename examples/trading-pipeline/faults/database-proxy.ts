import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { SLOWNESS } from './slow-database.js';

/**
 * How a database behaves: `slow` answers later, `crashing` loses the next reply of each connection together with the
 * connection, `down` lets nobody in.
 */
export type DatabaseState = 'up' | 'slow' | 'crashing' | 'down';

/** Port of a Postgres address that names none. */
const POSTGRES_PORT = 5_432;

/** First byte of a reply that says that a statement is complete, which outside a transaction means committed. */
const COMPLETE = 'INSERT';

/** Stands on loopback between the bots and a database server and makes it as bad as the faults say. */
export class DatabaseProxy {
  readonly #target: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #state: DatabaseState = 'up';

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Opens a proxy on a free port. */
  static async open(url: string): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The server's address by way of the proxy. */
  get url(): string {
    const address = this.#server.address();
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
    return url.href;
  }

  /** Changes how the database behaves. */
  become(state: DatabaseState): void {
    this.#state = state;
    if (state === 'down') this.#cutAll();
  }

  async close(): Promise<void> {
    this.#cutAll();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #join(client: Socket): void {
    if (this.#state === 'down') {
      client.destroy();
      return;
    }
    const server = connect(Number(this.#target.port || POSTGRES_PORT), this.#target.hostname);
    const isOld = this.#state !== 'crashing';
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay();
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => server.write(bytes));
    let sent = Promise.resolve();
    server.on('data', (bytes: Buffer) => {
      // Who has come back since the crash began is served.
      if (this.#state === 'crashing' && isOld && bytes.includes(COMPLETE)) client.destroy();
      // Behind what was held back before it.
      else sent = Promise.all([sent, this.#delay()]).then(() => void client.write(bytes));
    });
  }

  /** Passes when a reply that has come now may go on. */
  async #delay(): Promise<void> {
    if (this.#state === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOWNESS));
  }

  #cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
