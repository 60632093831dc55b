import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../user-error.js';
import { EventStream } from './event-stream.js';
import type { LiveSession, LiveUpdate } from './live-update.js';
import { STYLE } from './style.js';
import { pageOf } from './page-of.js';

/** Address it listens on: nobody else's machine can ask. */
const HOST = '127.0.0.1';

/** Sent with every answer: only what this server serves is let in, and no page may frame it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** Options of a {@link DashboardServer}. */
export interface DashboardOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  readonly session: LiveSession;
  /** The page's program, one text. */
  readonly script: string;
}

/** Shows a running bot to browsers on this machine, by server-sent events. */
export class DashboardServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #stream: EventStream;
  readonly #files: ReadonlyMap<string, { readonly type: string; readonly body: string }>;

  private constructor({ session, script }: DashboardOptions) {
    this.#stream = new EventStream(session);
    this.#files = new Map([
      ['/', { type: 'text/html; charset=utf-8', body: pageOf(session) }],
      ['/dashboard.css', { type: 'text/css; charset=utf-8', body: STYLE }],
      ['/dashboard.js', { type: 'text/javascript; charset=utf-8', body: script }],
    ]);
    this.#server = createServer((request, response) => this.#answer(request, response));
    // A browser that opens sockets and says nothing is let go of.
    this.#server.headersTimeout = 5_000;
  }

  /**
   * Starts a server.
   * @throws UserError when the port is taken.
   */
  static async listen(options: DashboardOptions): Promise<DashboardServer> {
    const dashboard = new DashboardServer(options);
    const server = dashboard.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(new UserError(`cannot use port ${options.port}`, { cause })));
      server.listen(options.port, HOST, resolve);
    });
    return dashboard;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // it listens on a port, not on a path
  }

  /** Address for a browser. */
  get url(): string {
    return `http://${HOST}:${this.port}/`;
  }

  /** Shows what a bot said. Never waits: a browser that is slow gets the newest, not all. */
  show(update: LiveUpdate): void {
    this.#stream.send(update);
  }

  /** Tells the pages that there is no more to come. They stay readable. */
  end(): void {
    this.#stream.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream.close();
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!this.#isForUs(request)) return refuse(response, 421, 'This server answers to 127.0.0.1 and localhost only.');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(response, 405, 'This server only shows.');
    }
    const path = request.url?.split('?', 1)[0] ?? '/';
    if (path === '/events') return this.#follow(request, response);
    const file = this.#files.get(path);
    if (file === undefined) return refuse(response, 404, 'There is nothing here.');
    response.setHeader('content-type', file.type).end(request.method === 'HEAD' ? undefined : file.body);
  }

  // A foreign page can make a browser ask this address under another name; the name gives it away.
  #isForUs({ headers: { host } }: IncomingMessage): boolean {
    return host === `${HOST}:${this.port}` || host === `localhost:${this.port}`;
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'GET') return refuse(response, 405, 'Events are read with GET.');
    if (!this.#stream.join(response)) refuse(response, 503, 'Too many pages are open.');
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
