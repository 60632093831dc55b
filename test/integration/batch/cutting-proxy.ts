import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and on demand cuts the connection instead of passing the next reply on. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Whether the next reply is lost, and the connection with it. */
  cutsNextReply = false;
  /** Replies that were lost. */
  cuts = 0;
  /** Connections that were made. */
  connections = 0;

  constructor(target: URL) {
    this.#server = createServer((client) => this.#join(client, connect(Number(target.port), target.hostname)));
  }

  /** Starts. @returns its port on loopback. */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('a listening server has no port');
    return address.port;
  }

  /** Cuts everything. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, server: Socket): void {
    this.connections++;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => {
      // 'C': a statement is complete, and outside a transaction that means committed.
      if (this.cutsNextReply && bytes.includes('INSERT')) {
        this.cutsNextReply = false;
        this.cuts++;
        client.destroy();
      } else client.write(bytes);
    });
  }
}
