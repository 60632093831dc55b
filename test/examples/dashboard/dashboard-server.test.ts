import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DashboardServer } from '../../../examples/trading-pipeline/dashboard/dashboard-server.js';
import {
  type LiveTick,
  type LiveUpdate,
  MOST_TICKS,
} from '../../../examples/trading-pipeline/dashboard/live-update.js';
import { session, tick, update } from './live-samples.js';

const servers: DashboardServer[] = [];
const requests: ClientRequest[] = [];

afterEach(async () => {
  for (const asked of requests.splice(0)) asked.destroy();
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

describe('the dashboard server', () => {
  it('serves the page, its style and its program, and lets nothing else in', async () => {
    const { url } = await open();
    const page = await fetch(url);
    const [style, program] = await Promise.all([fetch(`${url}dashboard.css`), fetch(`${url}dashboard.js`)]);

    expect(await page.text()).toContain('<script type="module" src="/dashboard.js">');
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(await program.text()).toBe('// the program');
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
    );
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('listens on the loopback address alone', async () => {
    const { url } = await open();

    expect(new URL(url).hostname).toBe('127.0.0.1');
  });

  it.each(['attacker.example', 'attacker.example:80', '127.0.0.1', '127.0.0.1:1', 'localhost.attacker.example'])(
    'does not answer under the name %s',
    async (host) => {
      const server = await open();

      expect(await statusOf(server, '/', { host })).toBe(421);
      expect(await statusOf(server, '/events', { host })).toBe(421);
    },
  );

  it('answers under localhost and its port', async () => {
    const server = await open();

    expect(await statusOf(server, '/', { host: `localhost:${server.port}` })).toBe(200);
  });

  it.each(['/../package.json', '/dashboard.js.map', '/%2e%2e/etc/passwd', '/events/'])(
    'has nothing at %s',
    async (path) => {
      expect(await statusOf(await open(), path)).toBe(404);
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const { url } = await open();

    expect((await fetch(url, { method })).status).toBe(405);
    expect((await fetch(`${url}events`, { method })).status).toBe(405);
  });

  it('outlives what is no HTTP', async () => {
    const server = await open();
    const socket = connect(server.port, '127.0.0.1');
    socket.end('\u{0}\u{1}nonsense\r\n\r\n');
    await once(socket.resume(), 'close');

    expect(await statusOf(server, '/')).toBe(200);
  });

  it('says that a port is taken', async () => {
    const { port } = await open();

    await expect(open(port)).rejects.toThrow(`cannot use port ${port}`);
  });
});

describe('the events', () => {
  it('begin with the session and bring what happens', async () => {
    const server = await open();
    const events = await follow(server);
    server.show(update(0));
    server.show(update(1, 2));
    server.end();

    expect(await events(4)).toEqual([
      ['session', session],
      ['update', update(0)],
      ['update', update(1, 2)],
      ['end', {}],
    ]);
  });

  it('tell a page that comes late the story so far, no longer than a page shows', async () => {
    const server = await open();
    for (let boundary = 0; boundary < MOST_TICKS + 500; boundary += 100) server.show(update(boundary, 100));
    server.end();
    const [, [, story], [end]] = (await (
      await follow(server)
    )(3)) as [unknown, [string, ReturnType<typeof update>], [string]];

    expect(story.ticks).toHaveLength(MOST_TICKS);
    expect(story.ticks[0]).toEqual(tick(500));
    expect(end).toBe('end');
  });

  it('tell a page that read too slowly the story anew, and nothing in between', async () => {
    const server = await open();
    const response = await connectTo(server);
    await once(response, 'readable'); // and read no more: the socket fills
    let boundary = 0;
    for (; boundary < 200_000; boundary += 500) {
      server.show(update(boundary, 500));
      if (boundary % 5_000 === 0) await new Promise(setImmediate);
    }
    const last = tick(boundary - 1);
    const next = eventsOf(response);
    const seen: [string, unknown][] = [];
    let shown: LiveTick[] = [];
    while (shown.at(-1)?.at !== last.at) {
      const [event] = await next(1);
      if (event === undefined) break;
      seen.push(event);
      shown = event[0] === 'session' ? [] : [...shown, ...(event[1] as LiveUpdate).ticks];
    }

    // Fewer events than updates, twice the story at least, and no hole in what is shown at the end.
    expect(seen.length).toBeLessThan(400);
    expect(seen.filter(([type]) => type === 'session').length).toBeGreaterThan(1);
    expect(shown).toEqual(Array.from(shown, (_, index) => tick(boundary - shown.length + index)));
  });

  it('go to sixteen pages at most', async () => {
    const server = await open();
    const pages = await Promise.all(Array.from({ length: 16 }, () => connectTo(server)));

    expect((await connectTo(server)).statusCode).toBe(503);
    pages[0]?.destroy();
    await expect.poll(async () => (await connectTo(server)).statusCode).toBe(200);
  });

  it('end when the server is closed', async () => {
    const server = await open();
    const response = await connectTo(server);
    const closed = once(response.resume(), 'close');
    await server[Symbol.asyncDispose]();

    await expect(closed).resolves.toBeDefined();
  });
});

async function open(port = 0): Promise<DashboardServer> {
  const server = await DashboardServer.listen({ port, session, script: '// the program' });
  servers.push(server);
  return server;
}

async function statusOf({ port }: DashboardServer, path: string, headers = {}): Promise<number | undefined> {
  const asked = request({ host: '127.0.0.1', port, path, headers }).end();
  requests.push(asked);
  const [response] = (await once(asked, 'response')) as [IncomingMessage]; // the event's documented argument
  return response.statusCode;
}

async function connectTo({ url }: DashboardServer): Promise<IncomingMessage> {
  const asked = get(`${url}events`);
  requests.push(asked);
  asked.on('error', () => {}); // the test ends the request
  const [response] = (await once(asked, 'response')) as [IncomingMessage]; // the event's documented argument
  return response;
}

async function follow(server: DashboardServer): Promise<(count: number) => Promise<[string, unknown][]>> {
  return eventsOf(await connectTo(server));
}

/** Reads events one after the other. */
function eventsOf(response: IncomingMessage): (count: number) => Promise<[string, unknown][]> {
  const texts = response.setEncoding('utf8')[Symbol.asyncIterator]();
  let buffer = '';
  const next = async (): Promise<[string, unknown]> => {
    for (;;) {
      const end = buffer.indexOf('\n\n');
      if (end < 0) buffer += (await texts.next()).value as string; // a stream with an encoding gives texts
      else {
        const [, type, data] = /event: (.*)\ndata: (.*)/.exec(buffer.slice(0, end)) ?? [];
        buffer = buffer.slice(end + 2);
        if (type !== undefined && data !== undefined) return [type, JSON.parse(data)];
      }
    }
  };
  return async (count) => {
    const events: [string, unknown][] = [];
    while (events.length < count) events.push(await next());
    return events;
  };
}
