import { gunzipSync } from 'node:zlib';
import { BatchWriter } from 'tickwise/batch';
import { sinkContract, type SinkBench } from 'tickwise/batch/testing';
import { VirtualClock } from 'tickwise/core';
import { httpSink, type HttpSinkOptions } from 'tickwise/sinks/http';
import { describe, expect, it } from 'vitest';
import { retryAfter } from '../../src/sinks/http/retry-after.js';
import { type Received, serve } from './http-server.js';

interface Row {
  readonly n: number;
}

interface Body {
  readonly ids: readonly string[];
  readonly rows: readonly Row[];
}

/** A collector that knows rows by their ids, refuses negative numbers, and says which these are if it is asked to. */
async function bench(kind: 'plain' | 'reporting' | 'idempotent'): Promise<SinkBench<Row>> {
  const stored = new Map<string, number>();
  const url = await serve(({ body }, response) => {
    const parsed = JSON.parse(body.toString()) as Body | readonly Row[];
    const rows = 'rows' in parsed ? parsed.rows : parsed;
    const bad = rows.flatMap(({ n }, index) => (n < 0 ? [index] : []));
    if (bad.length > 0 && kind !== 'reporting') {
      response.writeHead(422).end('negative');
      return;
    }
    for (const [index, { n }] of rows.entries()) {
      const id = 'rows' in parsed ? (parsed.ids[index] ?? '') : `${stored.size}`;
      if (n >= 0) stored.set(id, n);
    }
    response.end(JSON.stringify(bad));
  });
  const options: Partial<HttpSinkOptions<Row>> = {
    ...(kind === 'reporting' && {
      readRejected: (body) => (JSON.parse(body) as number[]).map((index) => ({ index, error: new Error('negative') })),
    }),
    ...(kind === 'idempotent' && {
      isIdempotent: true,
      body: (rows, { ids = [] }) => JSON.stringify({ ids, rows } satisfies Body),
    }),
  };
  return {
    open: () => httpSink<Row>({ url, ...options }),
    row: (n) => ({ n }),
    badRow: (n) => ({ n: -n - 1 }),
    stored: async () => [...stored.values()],
  };
}

describe.each(['plain', 'reporting', 'idempotent'] as const)('an HTTP sink before a %s server', (kind) => {
  it.each(sinkContract)('$title', async ({ run }) => {
    await expect(run(() => bench(kind))).resolves.toBeUndefined();
  });
});

describe('an HTTP sink', () => {
  it('sends rows, identity and headers, compressed if it is told to', async () => {
    const got: Received[] = [];
    const url = await serve((request, response) => {
      got.push(request);
      response.end();
    });
    const headers = { Authorization: 'Bearer x', 'Content-Type': 'text/plain' };
    const sink = httpSink<Row>({ url: new URL('/rows?key=1', url), method: 'PUT', headers, compress: 'gzip' });

    await sink.write([{ n: 1 }, { n: 2 }], { batchId: 'w-1+2' });

    expect(got[0]).toMatchObject({ method: 'PUT', url: '/rows?key=1' });
    expect(got[0]?.headers).toMatchObject({
      authorization: 'Bearer x',
      'content-type': 'text/plain',
      'content-encoding': 'gzip',
      'idempotency-key': 'w-1+2',
    });
    expect(gunzipSync(got[0]?.body ?? '').toString()).toBe('[{"n":1},{"n":2}]');
    expect(sink.stats()).toEqual({ requests: 1, rows: 2, rejected: 0, failures: 0, pauses: 0 });
  });

  it('refuses rows that JSON cannot hold, and sends the others', async () => {
    const bodies: string[] = [];
    const url = await serve(({ body }, response) => {
      bodies.push(body.toString());
      response.end();
    });

    const { rejected } = await httpSink<Row>({ url }).write([{ n: NaN }, { n: 1 }, { n: Infinity }]);

    expect(rejected.map(({ index }) => index)).toEqual([0, 2]);
    expect(bodies).toEqual(['[{"n":1}]']);
  });

  it('does not take a redirection for a success', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve(({ url: path }, response) => {
      asked.push(path);
      response.writeHead(path === '/' ? 302 : 200, { location: '/elsewhere' }).end();
    });

    await expect(httpSink<Row>({ url }).write([{ n: 1 }])).rejects.toMatchObject({ status: 302 });
    expect(asked).toEqual(['/']);
  });

  it('waits as long as the server asks it to, and no request leaves meanwhile', async () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    const answers = [429, 200, 200];
    const fetch = async (): Promise<Response> => {
      times.push(clock.now());
      return new Response('slow down', { status: answers.shift() ?? 500, headers: { 'retry-after': '7' } });
    };
    const sink = httpSink<Row>({ url: 'http://collector.test', fetch, ioClock: clock });

    await expect(sink.write([{ n: 1 }])).rejects.toMatchObject({ status: 429, retryAfter: 7_000 });
    const later = Promise.all([sink.write([{ n: 1 }]), sink.write([{ n: 2 }])]);
    await clock.advance(6_999);
    const early = [...times];
    await clock.advance(1);
    await later;

    expect(early).toEqual([0]);
    expect(times).toEqual([0, 7_000, 7_000]);
    expect(sink.stats()).toMatchObject({ requests: 3, failures: 1, pauses: 1 });
  });

  it('ends a pause when the send is given up', async () => {
    const clock = new VirtualClock();
    const fetch = async (): Promise<Response> => new Response('', { status: 503, headers: { 'retry-after': '60' } });
    const sink = httpSink<Row>({ url: 'http://collector.test', fetch, ioClock: clock });
    await expect(sink.write([{ n: 1 }])).rejects.toMatchObject({ status: 503 });
    const controller = new AbortController();

    const waiting = sink.write([{ n: 1 }], { signal: controller.signal });
    controller.abort(new Error('given up'));

    await expect(waiting).rejects.toThrow('given up');
    expect(clock.pendingTimers).toBe(0);
  });

  it('shows the start of the answer, and no query', async () => {
    const url = await serve((_, response) => void response.writeHead(500).end('x'.repeat(1_000)));

    const refused = httpSink<Row>({ url: `${url}/rows?token=secret` }).write([{ n: 1 }]);

    await expect(refused).rejects.toThrow(`${url}/rows answered with status 500: ${'x'.repeat(200)}…`);
    await expect(refused).rejects.not.toThrow('secret');
  });

  it('keeps rows while the server is away, and isolates the one it cannot take', async () => {
    let answers = 0;
    const stored: number[] = [];
    const url = await serve(({ body }, response) => {
      if (++answers <= 3) {
        response.socket?.destroy();
        return;
      }
      const rows = JSON.parse(body.toString()) as Row[];
      if (rows.some(({ n }) => n === 13)) {
        response.writeHead(400).end();
        return;
      }
      stored.push(...rows.map(({ n }) => n));
      response.end();
    });
    const dead: Row[] = [];
    const writer = new BatchWriter<Row>({
      sink: httpSink({ url }),
      retry: { minDelay: 1, maxDelay: 2 },
      deadLetter: (row) => dead.push(row),
    });

    for (let n = 0; n < 64; n++) writer.add({ n });
    await writer.flush();

    expect(dead).toEqual([{ n: 13 }]);
    expect(stored).toEqual(Array.from({ length: 64 }, (_, n) => n).filter((n) => n !== 13));
  });

  it.each<readonly [string, object]>([
    ['no URL', { url: 'collector' }],
    ['another protocol', { url: 'file:///etc/passwd' }],
    ['a password in the URL', { url: 'http://a:b@collector.test' }],
    ['GET', { method: 'GET' }],
    ['headers that are no texts', { headers: { a: 1 } }],
    ['a line end in a header', { headers: { authorization: 'Bearer secret\r\nx-admin: 1' } }],
    ['a character that no header can hold', { headers: { authorization: 'Bearer secret €' } }],
    ['a line end in a name of a header', { headers: { 'x-a: 1\r\nauthorization': 'Bearer secret' } }],
    ['an unknown option', { retries: 3 }],
  ])('refuses %s', (_, options) => {
    expect(() => httpSink({ url: 'http://collector.test', ...options })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG' }),
    );
  });
});

describe('an HTTP sink’s secrets', () => {
  it.each<readonly [string, object]>([
    ['a password in the URL', { url: 'https://bot:secret@collector.test' }],
    ['a URL that is none', { url: 'https://bot:secret@[/rows' }],
    ['a header', { headers: { authorization: 'Bearer secret\n' } }],
    ['a header beside a wrong one', { headers: { authorization: 'Bearer secret', a: 1 } }],
    ['headers that are a text', { headers: 'secret' }],
  ])('are not shown by the refusal of %s', (_, options) => {
    const make = (): unknown => httpSink({ url: 'http://collector.test', ...options });

    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    expect(make).not.toThrow('secret');
  });
});

describe('retryAfter', () => {
  it.each<readonly [string | null, number | undefined]>([
    [null, undefined],
    ['3', 3_000],
    [' 0.5 ', 500],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 9_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['99999999', 3_600_000],
    ['soon', undefined],
  ])('reads %j as %s', (header, expected) => {
    expect(retryAfter(header, 1_000)).toBe(expected);
  });
});
