import { describe, expect, it } from 'vitest';
import { disposable } from '../../src/core/disposal.js';
import { VirtualClock } from '../../src/core/virtual-clock.js';
import { BusLink, type BusHandlers } from '../../src/memo/bus-link.js';
import type { InvalidationBus } from '../../src/memo/cache-store.js';

interface Subscriber {
  readonly onMessage: (message: string) => void;
  readonly onGap: () => void;
}

/** A bus in memory that can fail. */
class MemoryBus implements InvalidationBus {
  fault: 'reject' | 'throw' | 'hang' | undefined;
  /** Takes the next message when it resolves. */
  slowly: Promise<void> | undefined;
  readonly subscribers = new Set<Subscriber>();
  readonly sent: string[] = [];
  attempts = 0;

  publish(message: string): Promise<void> {
    this.attempts++;
    if (this.fault === 'throw') throw new Error('publish threw');
    if (this.fault === 'reject') return Promise.reject(new Error('publish failed'));
    if (this.fault === 'hang') return new Promise(() => undefined);
    if (this.slowly !== undefined) return this.slowly;
    this.sent.push(message);
    for (const { onMessage } of this.subscribers) onMessage(message);
    return Promise.resolve();
  }

  subscribe(onMessage: (message: string) => void, onGap: () => void): Disposable {
    const subscriber = { onMessage, onGap };
    this.subscribers.add(subscriber);
    return disposable(() => this.subscribers.delete(subscriber));
  }

  /** The connection was down, and is back. */
  gap(): void {
    for (const { onGap } of this.subscribers) onGap();
  }

  /** Somebody sends whatever he likes. */
  hostile(message: unknown): void {
    // Not every bus has types.
    for (const { onMessage } of this.subscribers) onMessage(message as string);
  }

  async close(): Promise<void> {
    this.subscribers.clear();
  }
}

/** Several processes on one bus. */
class Rig {
  readonly clock = new VirtualClock();
  readonly bus = new MemoryBus();
  readonly errors: unknown[] = [];

  process(name = 'quotes', version = '1', handlers: Partial<BusHandlers> = {}) {
    const heard: string[] = [];
    const link = new BusLink({
      name,
      version,
      bus: this.bus,
      timeout: 50,
      ioClock: this.clock,
      report: (error, during) => this.errors.push({ error, during }),
      handlers: {
        onKey: (key) => heard.push(`key ${typeof key} ${JSON.stringify(key)}`),
        onTag: (tag) => heard.push(`tag ${tag}`),
        onClear: () => heard.push('clear'),
        onGap: () => heard.push('gap'),
        ...handlers,
      },
    });
    return { link, heard };
  }
}

describe('BusLink', () => {
  it('tells other processes, and not its own, what was invalidated', async () => {
    const rig = new Rig();
    const [one, other] = [rig.process(), rig.process()];

    await one.link.invalidateKey('BTC');
    await one.link.invalidateKey(5);
    await one.link.invalidateKey('\0s1:a');
    await one.link.invalidateTag('position:BTC');
    await one.link.clear();

    expect(other.heard).toEqual([
      'key string "BTC"',
      'key number 5',
      String.raw`key string "\u0000s1:a"`,
      'tag position:BTC',
      'clear',
    ]);
    expect(one.heard).toEqual([]);
    expect(one.link.stats()).toMatchObject({ busSent: 5, busReceived: 5, busOwn: 5, busBroken: 0 });
  });

  it.each([
    ['other', '1'],
    ['quotes', '2'],
    ['quotes","1', ''],
  ])('tells nothing to the cache %s of version %s', async (name, version) => {
    const rig = new Rig();
    const [one, other] = [rig.process(), rig.process(name, version)];

    await one.link.invalidateKey('BTC');
    await one.link.clear();

    expect(other.heard).toEqual([]);
    expect(other.link.stats()).toMatchObject({ busReceived: 2, busForeign: 2 });
  });

  it('sends clear in the place of a key that is too long for a message', async () => {
    const rig = new Rig();
    const [one, other] = [rig.process(), rig.process()];

    await one.link.invalidateKey('x'.repeat(2 ** 18));

    expect(other.heard).toEqual(['clear']);
    expect(rig.bus.sent[0]?.length).toBeLessThan(200);
  });

  it('tells of gaps', () => {
    const rig = new Rig();
    const { heard, link } = rig.process();

    rig.bus.gap();

    expect(heard).toEqual(['gap']);
    expect(link.stats().busGaps).toBe(1);
  });

  it('reports a handler that throws, and the others hear', async () => {
    const rig = new Rig();
    const [one, , other] = [
      rig.process(),
      rig.process('quotes', '1', {
        onClear: () => {
          throw new Error('bad handler');
        },
      }),
      rig.process(),
    ];

    await one.link.clear();

    expect(rig.errors).toMatchObject([{ during: 'bus', error: { message: 'bad handler' } }]);
    expect(other.heard).toEqual(['clear']);
  });

  it('hears and sends nothing after its end', async () => {
    const rig = new Rig();
    const [one, other] = [rig.process(), rig.process()];
    rig.bus.fault = 'reject';
    await one.link.invalidateKey('BTC');

    one.link[Symbol.dispose]();
    one.link[Symbol.dispose]();
    rig.bus.fault = undefined;
    await other.link.clear();
    await rig.clock.advance(100_000);

    expect(one.heard).toEqual([]);
    expect(rig.bus.sent).toHaveLength(1);
    expect(rig.clock.pendingTimers).toBe(0);
  });
});

describe('a message that cannot be sent', () => {
  it.each(['reject', 'throw', 'hang'] as const)('is reported and sent again later, on %s', async (fault) => {
    const rig = new Rig();
    const [one, other] = [rig.process(), rig.process()];
    rig.bus.fault = fault;

    const sent = one.link.invalidateKey('BTC');
    await rig.clock.advance(50);
    expect(await sent).toBe(false);
    expect(one.link.stats()).toMatchObject({ busErrors: 1, busUnsent: 1, busSent: 0 });
    rig.bus.fault = undefined;
    await rig.clock.advance(30_000);

    expect(other.heard).toEqual(['key string "BTC"']);
    expect(rig.errors).toMatchObject([{ during: 'bus' }]);
    expect(one.link.stats()).toMatchObject({ busUnsent: 0, busSent: 1 });
  });

  it('is tried less and less often', async () => {
    const rig = new Rig();
    const { link } = rig.process();
    rig.bus.fault = 'reject';

    await link.clear();
    await rig.clock.advance(3_600_000);

    // 100 ms doubling to at most 30 s, a random part of it but never under 100 ms.
    expect(rig.bus.attempts).toBeGreaterThan(100);
    expect(rig.bus.attempts).toBeLessThan(1_000);
    expect(link.stats().busUnsent).toBe(1);
  });

  it('is sent at once when the connection is back', async () => {
    const rig = new Rig();
    const [one, other] = [rig.process(), rig.process()];
    rig.bus.fault = 'reject';
    await one.link.invalidateTag('position');
    rig.bus.fault = undefined;

    rig.bus.gap();
    await rig.clock.advance(0);

    expect(other.heard.toSorted()).toEqual(['gap', 'tag position']);
    expect(one.link.stats().busUnsent).toBe(0);
    expect(rig.clock.pendingTimers).toBe(0);
  });

  it('is kept once however often it is sent', async () => {
    const rig = new Rig();
    const { link } = rig.process();
    rig.bus.fault = 'reject';

    for (let index = 0; index < 5; index++) await link.invalidateKey('BTC');

    expect(link.stats()).toMatchObject({ busErrors: 5, busUnsent: 1 });
  });

  it('becomes one clear together with a thousand others', async () => {
    const rig = new Rig();
    const [one, other] = [rig.process(), rig.process()];
    rig.bus.fault = 'reject';
    await Promise.all(Array.from({ length: 1_001 }, (_, index) => one.link.invalidateKey(index)));
    expect(one.link.stats().busUnsent).toBe(1);
    rig.bus.fault = undefined;

    await rig.clock.advance(30_000);

    expect(other.heard).toEqual(['clear']);
  });

  it('stays when the same is said again while it is sent again, and fails', async () => {
    const rig = new Rig();
    const { link } = rig.process();
    rig.bus.fault = 'reject';
    await link.invalidateKey('BTC');
    rig.bus.fault = undefined;
    rig.bus.slowly = new Promise((resolve) => rig.clock.setTimeout(resolve, 20));
    rig.bus.gap();

    rig.bus.fault = 'reject';
    await link.invalidateKey('BTC');
    await rig.clock.advance(20);

    // The first was taken before the second was said.
    expect(link.stats()).toMatchObject({ busSent: 1, busUnsent: 1 });
  });
});

describe('a message from elsewhere', () => {
  const HEAD = '["tickwise1","quotes","1",';

  it.each([
    [HEAD],
    [`${HEAD}]`],
    [`${HEAD}"x"]`],
    [`${HEAD}"x","key"]`],
    [`${HEAD}"x","key",5]`],
    [`${HEAD}"x","key","zBTC"]`],
    [`${HEAD}"x","key",["sBTC"]]`],
    [`${HEAD}"x","tag",{"toString":1}]`],
    [`${HEAD}"x","clear","now"]`],
    [`${HEAD}"x","drop"]`],
    [`${HEAD}"x","key","sBTC","more"]`],
    [`${HEAD}7,"clear"]`],
    [`${HEAD}"x","clear"`],
    [`${HEAD}${'['.repeat(100_000)}`],
    [`${HEAD}"x","tag","${'a'.repeat(2 ** 18)}"]`],
  ])('that makes no sense is counted and ignored: %.60s', (message) => {
    const rig = new Rig();
    const { heard, link } = rig.process();

    rig.bus.hostile(message);

    expect(heard).toEqual([]);
    expect(rig.errors).toEqual([]);
    expect(link.stats()).toMatchObject({ busReceived: 1, busBroken: 1 });
  });

  it.each([[undefined], [null], [5], [{}], [''], ['hello'], ['["tickwise2","quotes","1","x","clear"]']])(
    'of another program is counted and ignored: %s',
    (message) => {
      const rig = new Rig();
      const { heard, link } = rig.process();

      rig.bus.hostile(message);

      expect(heard).toEqual([]);
      expect(link.stats()).toMatchObject({ busReceived: 1, busForeign: 1 });
    },
  );

  it('in the documented form is heard', () => {
    const rig = new Rig();
    const { heard } = rig.process();

    rig.bus.hostile(`${HEAD}"x","key","sBTC"]`);
    rig.bus.hostile(`${HEAD}"x","key","n5"]`);
    rig.bus.hostile(`${HEAD}"x","tag",""]`);
    rig.bus.hostile(`${HEAD}"x","clear"]`);

    expect(heard).toEqual(['key string "BTC"', 'key number 5', 'tag ', 'clear']);
  });
});
