import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { InvalidationBus } from '../../memo/cache-store.js';
import { eventually } from './eventually.js';

/**
 * Makes a bus that is ready for use. Each call makes another end of the same bus, as another process would have it.
 * The cases close what they make.
 */
export type MakeBus = () => InvalidationBus | Promise<InvalidationBus>;

/** One thing that every bus has to do. */
export interface BusCase {
  /** What it does, in words. */
  readonly title: string;
  /** Rejects with an AssertionError when the bus does not. */
  readonly run: (makeBus: MakeBus) => Promise<void>;
}

/** The end of what a case sends: what has to come before it came, or never will. */
const LAST = 'last';

/** What a listener got. */
class Inbox {
  readonly messages: string[] = [];
  readonly handle: Disposable;

  constructor(bus: InvalidationBus, own: string) {
    const onMessage = (message: string): void => {
      // Other users of the bus may be sending too.
      if (message.startsWith(own)) this.messages.push(message.slice(own.length));
    };
    this.handle = bus.subscribe(onMessage, () => undefined);
  }

  /** Resolves once the last message is here. */
  async full(): Promise<void> {
    await eventually('the last message comes', () => this.messages.includes(LAST));
  }
}

/** What a case works with. */
interface Bench {
  readonly bus: InvalidationBus;
  readonly open: () => Promise<InvalidationBus>;
  /** Begins all messages of this case. */
  readonly own: string;
}

function busCase(title: string, check: (bench: Bench) => Promise<void>): BusCase {
  return {
    title,
    async run(makeBus) {
      const buses: InvalidationBus[] = [];
      const open = async (): Promise<InvalidationBus> => {
        const bus = await makeBus();
        buses.push(bus);
        return bus;
      };
      try {
        await check({ bus: await open(), open, own: `${randomUUID()}:` });
      } finally {
        await Promise.all(buses.map((bus) => bus.close()));
      }
    },
  };
}

/**
 * What every {@link InvalidationBus} has to do, as cases for any test runner.
 *
 * @example
 * for (const { title, run } of busContract) test(title, () => run(() => new MyBus(settings)));
 */
export const busContract: readonly BusCase[] = [
  busCase('brings each message to every listener, the sender included, in order', async ({ bus, open, own }) => {
    const inboxes = [bus, bus, await open()].map((end) => new Inbox(end, own));
    const sent = ['', 'a', 'a', 'é 💹', '{"key":"\\u0000"}', 'x'.repeat(10_000), 'line\r\nbreak', LAST];
    for (const message of sent) await bus.publish(`${own}${message}`);
    for (const inbox of inboxes) {
      await inbox.full();
      assert.deepEqual(inbox.messages, sent);
    }
  }),
  busCase('brings nothing to a listener that has left', async ({ bus, own }) => {
    const [left, stays] = [new Inbox(bus, own), new Inbox(bus, own)];
    left.handle[Symbol.dispose]();
    left.handle[Symbol.dispose]();
    await bus.publish(`${own}${LAST}`);
    await stays.full();
    assert.deepEqual(left.messages, []);
  }),
  busCase('serves the other listeners when one throws', async ({ bus, own }) => {
    const angry = (message: string): void => {
      if (message.startsWith(own)) throw new Error('thrown by a listener of the contract suite');
    };
    bus.subscribe(angry, () => undefined);
    const inbox = new Inbox(bus, own);
    await bus.publish(`${own}first`);
    await bus.publish(`${own}${LAST}`);
    await inbox.full();
    assert.deepEqual(inbox.messages, ['first', LAST]);
  }),
  busCase('takes no more calls, and brings nothing, once it is closed', async ({ bus, open, own }) => {
    const [inbox, other] = [new Inbox(bus, own), await open()];
    const witness = new Inbox(other, own);
    await bus.close();
    await bus.close();
    await assert.rejects(() => bus.publish(`${own}late`));
    assert.throws(() =>
      bus.subscribe(
        () => undefined,
        () => undefined,
      ),
    );
    await other.publish(`${own}${LAST}`);
    await witness.full();
    assert.deepEqual(inbox.messages, []);
  }),
];
