import fc from 'fast-check';
import { BatchWriter } from 'tickwise/batch';
import { sinkContract, type SinkBench } from 'tickwise/batch/testing';
import { VirtualClock } from 'tickwise/core';
import { telegramSink, type TelegramSinkOptions } from 'tickwise/sinks/telegram';
import { describe, expect, it } from 'vitest';
import { splitText } from '../../src/sinks/telegram/message.js';
import { Pacer } from '../../src/sinks/telegram/pacer.js';
import { BotApi, type Refusal, type SentMessage } from './telegram-server.js';

interface Alert {
  readonly text: string;
  readonly chat?: string | number;
  readonly type?: string;
  readonly key?: string;
  readonly isUrgent?: boolean;
}

const TOKEN = '123456:secret-token';

function open(
  clock: VirtualClock,
  refuse?: (message: SentMessage) => Refusal | Error | undefined,
  options: Partial<TelegramSinkOptions<Alert>> = {},
) {
  const api = new BotApi(clock, refuse);
  const sink = telegramSink<Alert>({
    token: TOKEN,
    chat: ({ chat = 7 }) => chat,
    text: ({ text }) => text,
    type: ({ type = '' }) => type,
    key: ({ key }) => key,
    isUrgent: ({ isUrgent = false }) => isUrgent,
    fetch: api.fetch,
    ioClock: clock,
    ...options,
  });
  return { api, sink };
}

/** Lets time pass until a promise settles. */
async function finish<R>(clock: VirtualClock, promise: Promise<R>): Promise<R> {
  const settled = { isDone: false };
  const end = Promise.allSettled([promise]).finally(() => (settled.isDone = true));
  while (!settled.isDone) await clock.advance(250);
  await end;
  return promise;
}

const alerts = (count: number, more: Partial<Alert> = {}): Alert[] =>
  Array.from({ length: count }, (_, index) => ({ text: `alert ${index}`, ...more }));

describe('a Telegram sink', () => {
  // The suite lets no time pass: waits take a turn here.
  it.each(sinkContract.filter(({ title }) => !title.includes('2 000') && !title.includes('500')))(
    '$title',
    async ({ run }) => {
      const makeBench = (): SinkBench<Alert> => {
        const clock = new VirtualClock();
        const { api } = open(clock);
        return {
          open: () =>
            telegramSink<Alert>({
              token: TOKEN,
              chat: ({ chat = 7 }) => chat,
              text: ({ text }) => text,
              fetch: api.fetch,
              ioClock: hurried(clock),
            }),
          row: (n) => ({ text: `alert ${n}`, chat: 1_000 + n }),
          badRow: (n) => ({ text: ' ', chat: 1_000 + n }),
          isOrdered: false,
          stored: async () => api.messages.map(({ text }) => Number(text.slice(6))),
        };
      };

      await expect(run(makeBench)).resolves.toBeUndefined();
    },
  );

  it('merges alerts of a chat and type, at most five, in order', async () => {
    const clock = new VirtualClock();
    const { api, sink } = open(clock);

    await finish(
      clock,
      sink.write([
        ...alerts(7, { type: 'a' }),
        { text: 'other type', type: 'b' },
        { text: 'other chat', chat: '@channel', type: 'a' },
      ]),
    );

    expect(api.messages.map(({ chat, text }) => [chat, text])).toEqual([
      ['7', 'alert 0\n\nalert 1\n\nalert 2\n\nalert 3\n\nalert 4'],
      ['@channel', 'other chat'],
      ['7', 'alert 5\n\nalert 6'],
      ['7', 'other type'],
    ]);
    expect(sink.stats()).toMatchObject({ messages: 4, alerts: 9, rejected: 0 });
  });

  it('sends the newest alert of a key', async () => {
    const clock = new VirtualClock();
    const { api, sink } = open(clock);

    await finish(
      clock,
      sink.write([
        { text: 'pnl 1', key: 'pnl' },
        { text: 'fill' },
        { text: 'pnl 2', key: 'pnl' },
        { text: 'pnl 9', key: 'pnl', chat: 8 },
      ]),
    );

    expect(api.messages.map(({ text }) => text)).toEqual(['fill\n\npnl 2', 'pnl 9']);
    expect(sink.stats()).toMatchObject({ alerts: 3, superseded: 1 });
  });

  it('never exceeds 4 096 characters, and loses none', async () => {
    const clock = new VirtualClock();
    const { api, sink } = open(clock);
    const texts = ['x'.repeat(4_000), 'y'.repeat(95), 'z', `${'💹'.repeat(5_000)}end`, 'last'];

    await finish(clock, sink.write(texts.map((text) => ({ text }))));

    for (const { text } of api.messages) expect(text.length).toBeLessThanOrEqual(4_096);
    for (const { text } of api.messages) expect(text).not.toMatch(/\p{Surrogate}/u);
    const sent = api.messages.map(({ text }) => text.replaceAll('\n\n', '')).join('');
    expect(sent).toBe(texts.join(''));
  });

  it('keeps to one message per second and chat, 20 per minute and group, and 30 per second in all', async () => {
    const clock = new VirtualClock();
    const { api, sink } = open(clock, undefined, { maxEvents: 1 });
    const many = Array.from({ length: 60 }, (_, chat) => ({ text: 'hello', chat: chat + 100 }));

    await finish(clock, Promise.all([sink.write(alerts(30)), sink.write(alerts(50, { chat: -5 })), sink.write(many)]));

    expect(api.messages).toHaveLength(140);
    expect(api.most(1_000)).toBeLessThanOrEqual(30);
    expect(api.most(1_000, '7')).toBe(1);
    expect(api.most(1_000, '-5')).toBe(1);
    expect(api.most(60_000, '-5')).toBe(20);
    expect(api.messages.filter(({ chat }) => chat === '7').map(({ text }) => text)).toEqual(
      alerts(30).map(({ text }) => text),
    );
  });

  it('obeys retry_after for every chat, and sends the refused message then', async () => {
    const clock = new VirtualClock();
    let isFlooded = true;
    const refuse = (): Refusal | undefined => {
      if (!isFlooded) return undefined;
      isFlooded = false;
      return { status: 429, description: 'Too Many Requests: retry after 17', retryAfter: 17 };
    };
    const { api, sink } = open(clock, refuse);

    await finish(clock, sink.write([{ text: 'first' }, { text: 'to another', chat: 8 }]));

    const [refused, ...later] = api.asked;
    expect(refused?.at).toBe(0);
    expect(later.map(({ text }) => text).toSorted()).toEqual(['first', 'to another'].toSorted());
    // The second chat's message had left in the same turn.
    expect(api.messages.find(({ text }) => text === 'first')?.at).toBeGreaterThanOrEqual(17_000);
    expect(sink.stats()).toMatchObject({ messages: 2, pauses: 1, failures: 0 });
  });

  it('counts what was sent, not what was refused: twenty messages of a group fit into the minute', async () => {
    const clock = new VirtualClock();
    let refusals = 3;
    const tooMany = { status: 429, description: 'Too Many Requests', retryAfter: 1 };
    const { api, sink } = open(clock, () => (refusals-- > 0 ? tooMany : undefined), { chat: -100, maxEvents: 1 });

    await finish(clock, sink.write(alerts(21)));

    expect(api.asked).toHaveLength(24);
    const [first = expect.fail('nothing was sent')] = api.messages;
    expect(first.at).toBe(3_000);
    expect(api.messages[19]?.at).toBe(first.at + 19_000);
    expect(api.messages[20]?.at).toBe(first.at + 60_000);
    expect(sink.stats()).toMatchObject({ messages: 21, pauses: 3 });
  });

  it('holds urgent alerts back during a pause, too', async () => {
    const clock = new VirtualClock();
    let answers = 0;
    const { api, sink } = open(clock, () =>
      answers++ === 0 ? { status: 429, description: 'flood', retryAfter: 5 } : undefined,
    );

    const first = sink.write([{ text: 'first' }]);
    await clock.advance(1_000);
    const urgent = sink.write([{ text: 'urgent', chat: 8, isUrgent: true }]);
    await finish(clock, Promise.all([first, urgent]));

    for (const { at } of api.messages) expect(at).toBeGreaterThanOrEqual(5_000);
  });

  it('sends urgent alerts ahead of the chat’s second, and lets the others wait for it', async () => {
    const clock = new VirtualClock();
    const { api, sink } = open(clock, undefined, { maxEvents: 1 });

    const normal = sink.write(alerts(4));
    await clock.advance(300);
    for (let n = 0; n < 3; n++) await sink.write([{ text: `urgent ${n}`, isUrgent: true }].slice(n === 2 ? 1 : 0));
    await finish(clock, normal);

    const times = api.messages.map(({ text, at }) => [text, at]);
    expect(times.slice(0, 3)).toEqual([
      ['alert 0', 0],
      ['urgent 0', 300],
      ['urgent 1', 300],
    ]);
    expect(api.most(1_000, '7')).toBe(3);
    expect(times.slice(3).map(([, at]) => at)).toEqual([1_300, 2_300, 3_300]);
  });

  it('reports the alerts of a message that Telegram refuses, and sends the others', async () => {
    const clock = new VirtualClock();
    const { api, sink } = open(clock, ({ chat }) =>
      chat === '8' ? { status: 403, description: 'Forbidden: bot was blocked by the user' } : undefined,
    );

    const { rejected } = await finish(
      clock,
      sink.write([
        { text: 'a', chat: 8 },
        { text: 'b' },
        { text: 'c', chat: 8 },
        { text: '' },
        { text: 'd', chat: 'me' },
      ]),
    );

    expect(rejected.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([0, 2, 3, 4]);
    expect(rejected.find(({ index }) => index === 0)?.error).toMatchObject({
      name: 'TelegramError',
      status: 403,
      message: 'Telegram refused a message (403): Forbidden: bot was blocked by the user',
    });
    expect(api.messages.map(({ text }) => text)).toEqual(['b']);
  });

  it('does not send again what was sent before a failure', async () => {
    const clock = new VirtualClock();
    let requests = 0;
    const { api, sink } = open(clock, () => (++requests === 2 ? new Error('connection reset') : undefined), {
      maxEvents: 1,
    });
    const ids = ['w-1', 'w-2', 'w-3'];

    await expect(finish(clock, sink.write(alerts(3), { ids }))).rejects.toThrow('connection reset');
    await finish(clock, sink.write(alerts(3), { ids, attempt: 2 }));

    expect(api.messages.map(({ text }) => text)).toEqual(['alert 0', 'alert 1', 'alert 2']);
    expect(sink.stats()).toMatchObject({ messages: 3, failures: 1 });
  });

  it('waits with everything when the token is wrong or the server fails, and names no token', async () => {
    const clock = new VirtualClock();
    for (const status of [401, 404, 500, 502]) {
      const { sink } = open(clock, () => ({ status, description: 'no' }));

      const failed = finish(clock, sink.write([{ text: 'a' }]));

      await expect(failed).rejects.toMatchObject({ status });
      await expect(failed).rejects.not.toThrow('secret');
    }
  });

  it('names no token either when a proxy quotes the path, with or without JSON', async () => {
    const clock = new VirtualClock();
    const quoted = `Cannot POST /bot${TOKEN}/sendMessage`;
    const answers = [
      (): Response => Response.json({ description: quoted }, { status: 404 }),
      () => new Response(quoted, { status: 404 }),
    ];
    for (const answer of answers) {
      const fetch = async (): Promise<Response> => answer();
      const sink = telegramSink<Alert>({ token: TOKEN, chat: 7, text: ({ text }) => text, fetch, ioClock: clock });

      const failed = finish(clock, sink.write([{ text: 'a' }]));

      await expect(failed).rejects.toThrow('Cannot POST /bot…/sendMessage');
      await expect(failed).rejects.not.toThrow('secret');
    }
  });

  it.each(['123456:secret token', 'secret', '123456:secret\n', { token: 'secret' }])(
    'does not show the token %j that it refuses',
    (token) => {
      const make = (): unknown => telegramSink({ token: token as string, chat: 7, text: String });

      expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
      expect(make).not.toThrow('secret');
    },
  );

  it('sends text as it is: marks of Markdown and HTML mean nothing', async () => {
    const clock = new VirtualClock();
    const bodies: unknown[] = [];
    const fetch = async (_: string, { body }: RequestInit): Promise<Response> => {
      bodies.push(JSON.parse(typeof body === 'string' ? body : ''));
      return Response.json({ ok: true });
    };
    const sink = telegramSink<Alert>({ token: TOKEN, chat: 7, text: ({ text }) => text, fetch, ioClock: clock });
    const text = '*bold* [link](tg://user?id=1) <a href="x">y</a> `","chat_id":"8` \\u0000';

    await finish(clock, sink.write([{ text }]));

    expect(bodies).toEqual([{ chat_id: '7', text }]);
  });

  it('ends a wait when the send is given up', async () => {
    const clock = new VirtualClock();
    const { api, sink } = open(clock, undefined, { maxEvents: 1 });
    const controller = new AbortController();

    const sending = sink.write(alerts(5), { signal: controller.signal });
    await clock.advance(1_500);
    controller.abort(new Error('given up'));

    await expect(sending).rejects.toThrow('given up');
    expect(api.messages).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each<readonly [string, object]>([
    ['a token that is none', { token: 'secret' }],
    ['a chat that is none', { chat: 'me' }],
    ['no events', { maxEvents: 0 }],
    ['a URL that is none', { url: 'api.telegram.org' }],
    ['a URL whose refusal would show the token', { url: 'https://exa mple.test' }],
    ['an unknown option', { parseMode: 'HTML' }],
  ])('refuses %s', (_, options) => {
    const all = { token: TOKEN, chat: 7, text: ({ text }: Alert) => text, ...options };

    expect(() => telegramSink(all as TelegramSinkOptions<Alert>)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG' }),
    );
  });
});

/** A clock whose timers all fire in the next turn: waits cost no time, and times go on. */
function hurried(clock: VirtualClock) {
  let now = 0;
  return {
    now: () => now,
    wallTime: () => clock.wallTime() + now,
    setTimeout(act: () => void, ms: number) {
      const immediate = setImmediate(() => {
        now += ms;
        act();
      });
      return { cancel: () => clearImmediate(immediate), ref: () => undefined, unref: () => undefined };
    },
  };
}

describe('a Telegram sink behind a writer', () => {
  it('merges 100 alerts of a second, keeps their order, and replaces those of a key', async () => {
    const clock = new VirtualClock();
    const { api, sink } = open(clock);
    const writer = new BatchWriter<Alert>({ sink, ...sink.batching, clock, ioClock: clock, closeTimeout: 600_000 });

    for (let n = 0; n < 100; n++) {
      writer.add({ text: `alert ${n}`, chat: -5 });
      writer.add({ text: `pnl ${n}`, chat: -5, key: 'pnl' });
      await clock.advance(10);
    }
    await finish(clock, writer.close());

    const events = api.messages.flatMap(({ text }) => text.split('\n\n'));
    expect(events.filter((text) => text.startsWith('alert'))).toEqual(alerts(100).map(({ text }) => text));
    expect(events.findLast((text) => text.startsWith('pnl'))).toBe('pnl 99');
    expect(events.length).toBeLessThan(105);
    expect(api.messages.length).toBeLessThanOrEqual(22);
    expect(api.most(1_000, '-5')).toBe(1);
    expect(api.most(60_000, '-5')).toBeLessThanOrEqual(20);
  });

  it('delivers urgent alerts at once while a slow chat is being served', async () => {
    const clock = new VirtualClock();
    const { api, sink } = open(clock, undefined, { maxEvents: 1 });
    const writer = new BatchWriter<Alert>({ sink, ...sink.batching, clock, ioClock: clock, closeTimeout: 600_000 });
    for (const alert of alerts(20)) writer.add(alert);
    await clock.advance(30_000 + 5_500);

    writer.add({ text: 'urgent', chat: 8, isUrgent: true });
    writer.add({ text: 'urgent', isUrgent: true });
    await clock.advance(1);
    const urgent = api.messages.filter(({ text }) => text === 'urgent').map(({ at }) => at);
    await finish(clock, writer.close());

    expect(urgent).toEqual([35_500, 35_500]);
    expect(api.messages).toHaveLength(22);
  });
});

describe('splitText', () => {
  it('cuts anything into parts that together are the text, but for line ends and blanks at the cuts', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3_000 }), { maxLength: 6 }), (lines) => {
        const text = lines.join('\n');
        const parts = splitText(text);

        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(4_096);
          expect(part).not.toMatch(/\p{Surrogate}/u);
        }
        const bare = (value: string): string => value.replaceAll(/\s/g, '');
        expect(bare(parts.join(''))).toBe(bare(text));
      }),
      { numRuns: 300 },
    );
  });
});

describe('alerts before a sink', () => {
  interface Note {
    readonly text: string;
    readonly chat: number;
    readonly key?: string;
  }
  const noteSink = (api: BotApi, clock: VirtualClock) =>
    telegramSink<Note>({
      token: '1:x',
      chat: ({ chat }) => chat,
      text: ({ text }) => text,
      key: ({ key }) => key,
      fetch: api.fetch,
      ioClock: clock,
    });

  it('of one key for two chats are two', async () => {
    const clock = new VirtualClock();
    const api = new BotApi(clock);
    const sink = noteSink(api, clock);
    const writer = new BatchWriter<Note>({ sink, ...sink.batching, clock, ioClock: clock });

    for (const chat of [7, 8]) writer.add({ text: `pnl of ${chat}`, chat, key: 'pnl' });
    await finish(clock, writer.flush());

    expect(api.messages.map(({ text }) => text)).toEqual(['pnl of 7', 'pnl of 8']);
    expect(writer.stats()).toMatchObject({ written: 2, coalesced: 0 });
  });

  it('that are equal texts without a key are all sent', async () => {
    const clock = new VirtualClock();
    const api = new BotApi(clock);
    const sink = telegramSink<string>({
      token: '1:x',
      chat: 7,
      text: (text) => text,
      fetch: api.fetch,
      ioClock: clock,
    });
    const writer = new BatchWriter<string>({ sink, ...sink.batching, clock, ioClock: clock });

    for (const text of ['bought', 'sold', 'bought', 'sold']) writer.add(text);
    await finish(clock, writer.flush());

    expect(api.messages.flatMap(({ text }) => text.split('\n\n'))).toEqual(['bought', 'sold', 'bought', 'sold']);
  });

  it('that a newer one has replaced do not follow it when the batch comes again', async () => {
    const clock = new VirtualClock();
    let failures = 1;
    const api = new BotApi(clock, ({ chat }) =>
      chat === '8' && failures-- > 0 ? { status: 500, description: 'oops' } : undefined,
    );
    const sink = noteSink(api, clock);
    const batch = [
      { text: 'pnl 1', chat: 7, key: 'pnl' },
      { text: 'pnl 2', chat: 7, key: 'pnl' },
      { text: 'other', chat: 8 },
    ];
    const ids = ['1', '2', '3'];

    const first = sink.write(batch, { ids }).catch(String);
    await clock.advance(5_000);
    const second = sink.write(batch, { ids });
    await clock.advance(5_000);
    await Promise.all([first, second]);

    expect(api.messages.map(({ text }) => text)).toEqual(['pnl 2', 'other']);
    expect(sink.stats().superseded).toBe(1);
  });
});

describe('Pacer', () => {
  it('forgets chats whose only message was refused', () => {
    const pacer = new Pacer();
    pacer.note('refused', 0);
    pacer.takeBack('refused', 0);

    for (let minute = 1; minute <= 100; minute++) pacer.note(`chat ${minute}`, minute * 60_000);

    expect(pacer.size).toBe(1);
  });

  it('forgets chats that were silent for a minute', () => {
    const pacer = new Pacer();

    for (let now = 0; now < 600_000; now += 100) pacer.note(`${now}`, now);

    expect(pacer.size).toBeLessThanOrEqual(601);
  });

  it('lets every message leave in the end, and none too early', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ chat: fc.constantFrom('1', '2', '-3'), isUrgent: fc.boolean(), gap: fc.nat(400) }), {
          maxLength: 120,
        }),
        (wanted) => {
          const pacer = new Pacer();
          const sent: { chat: string; at: number; isUrgent: boolean }[] = [];
          let now = 0;
          for (const { chat, isUrgent, gap } of wanted) {
            now += gap;
            now += pacer.delay(chat, isUrgent, now);
            expect(pacer.delay(chat, isUrgent, now)).toBe(0);
            const before = (limit: number): number =>
              sent.filter((one) => one.chat === chat && one.at > now - limit).length;
            if (!isUrgent) expect(before(1_000)).toBe(0);
            expect(before(1_000)).toBeLessThan(3);
            if (chat === '-3') expect(before(60_000)).toBeLessThan(20);
            expect(sent.filter(({ at }) => at > now - 1_000).length).toBeLessThan(30);
            pacer.note(chat, now);
            sent.push({ chat, at: now, isUrgent });
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
