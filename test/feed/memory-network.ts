import { createServer, type Server } from 'node:http';
import type { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';

/**
 * A network without a kernel: real WebSockets, handshakes and frames included, over streams in this process.
 *
 * What is written arrives before the second turn of the event loop, which a VirtualClock waits for after each timer, so
 * that hours of traffic play in seconds and the same way each time.
 */
export class MemoryNetwork {
  readonly #servers = new Map<string, Server>();
  readonly #mute = new Set<string>();
  /** Told of every connection that is tried, whether somebody listens or not. */
  onDial: (host: string) => void = () => undefined;

  /** A server of WebSockets at an address such as `ws://venue.test`. `autoPong: false` makes one that never answers. */
  listen(url: string, options: { readonly autoPong?: boolean } = {}): WebSocketServer {
    const server = createServer();
    this.#servers.set(new URL(url).host, server);
    return new WebSocketServer({ server, ...options });
  }

  /** Connections to an address are accepted, and nothing is ever said on them. */
  listenMute(url: string): void {
    this.#mute.add(new URL(url).host);
  }

  /** One end of a new connection; it is refused when nobody listens. */
  dial(host: string): Duplex {
    this.onDial(host);
    const [near, far] = wire();
    const server = this.#servers.get(host);
    if (this.#mute.has(host)) return near;
    // In a later turn, as the kernel reports it: then somebody listens to the error.
    if (server === undefined) setImmediate(() => near.destroy(new Error(`connect ECONNREFUSED ${host}`)));
    else server.emit('connection', far);
    return near;
  }

  /** The client class of `ws`, on this network. */
  clientClass(base: typeof WebSocket = WebSocket): typeof WebSocket {
    const dial = (host: string): Duplex => this.dial(host);
    return class extends base {
      constructor(address: string | URL, options?: ClientOptions) {
        const createConnection = (): Duplex => dial(new URL(address).host);
        // The types ask for a socket of the kernel; `ws` and `http` take any stream.
        super(address, { ...options, createConnection: createConnection as unknown as typeof connect });
      }
    } as typeof WebSocket;
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
