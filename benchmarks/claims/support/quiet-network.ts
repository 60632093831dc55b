import { createServer, type Server } from 'node:http';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';

/**
 * A network without a kernel: real WebSockets, handshakes and frames included, over streams in this process, so that an
 * hour of a VirtualClock plays in seconds. A copy in short of test/feed/memory-network.ts: benchmarks are compiled file
 * by file and reach no other folder.
 *
 * It takes the place of `net.connect` for hosts that listen here; a claim has a process of its own.
 */
export class QuietNetwork {
  readonly #servers = new Map<string, Server>();

  constructor() {
    const real = net.connect.bind(net) as (...args: unknown[]) => net.Socket;
    const connect = (...args: unknown[]): unknown => {
      const host = (args[0] as { readonly host?: string } | undefined)?.host ?? '';
      const server = this.#servers.get(host);
      if (server === undefined) return real(...args);
      const [near, far] = wire();
      server.emit('connection', far);
      return near;
    };
    Object.assign(net, { connect });
  }

  /** A server of WebSockets at a host such as `venue.test`. */
  listen(host: string): WebSocketServer {
    const server = createServer();
    this.#servers.set(host, server);
    return new WebSocketServer({ server });
  }
}

/** One end of a connection: what is written to it can be read from the other. */
class End extends Duplex {
  other: End | undefined;

  override _read(): void {
    // Everything is pushed as it comes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.other?.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error);
    process.nextTick(() => this.other?.destroy());
  }

  // What a socket of the kernel has besides.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function wire(): [near: End, far: End] {
  const [near, far] = [new End(), new End()];
  near.other = far;
  far.other = near;
  return [near, far];
}
