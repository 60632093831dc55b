import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** Lets everybody in on a loopback port and never says a word. */
export class SilentServer implements AsyncDisposable {
  /** Settles when the first client is there. */
  readonly visited: Promise<unknown>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
    this.visited = once(this.#server, 'connection');
  }

  static async open(): Promise<SilentServer> {
    const silent = new SilentServer();
    silent.#server.listen(0, '127.0.0.1');
    await once(silent.#server, 'listening');
    return silent;
  }

  /** Its address, as that of a Redis. */
  get url(): string {
    const address = this.#server.address();
    return `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
