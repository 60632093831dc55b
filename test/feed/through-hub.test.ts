import { describe, expect, it } from 'vitest';
import { type HubOptions, SubscriptionHub } from 'tickwise/hub';
import { accept, ignore, type Scene, scene, type TestEvent } from './fake-venue.js';
import { Journal } from './journal.js';

type Hub = SubscriptionHub<Record<string, TestEvent>>;

interface Story {
  readonly hub: Hub;
  readonly entries: Journal<string>;
  readonly errors: string[];
  /** Subscribes and writes down what is heard, under a name. */
  listen(name: string, topic: string): { unsubscribe(): void };
}

/** A hub over the pool of a scene. */
function storyOf({ pool, clock }: Scene, options: HubOptions<Record<string, TestEvent>> = {}): Story {
  const entries = new Journal<string>();
  const errors: string[] = [];
  const hub: Hub = new SubscriptionHub<Record<string, TestEvent>>({
    source: pool,
    ioClock: clock,
    random: () => 0.5,
    onError: (error, { action }) => void errors.push(`${action} ${String(error)}`),
    ...options,
  });
  const listen: Story['listen'] = (name, topic) =>
    hub.subscribe(topic, (event) => entries.add(`${name} value ${event.items[0]}`), {
      onStatus: (status) =>
        entries.add(`${name} ${status.type}${status.type === 'gap' ? ` ${status.from}-${status.to}` : ''}`),
    });
  return { hub, entries, errors, listen };
}

describe('a hub over a pool', () => {
  it('tells all subscribers failed, gap and live around a lost connection, in order with the values', async () => {
    await using stage = await scene();
    const { venue, clock } = stage;
    const story = storyOf(stage, { replay: 1 });
    story.listen('one', 'a');
    story.listen('two', 'a');
    await story.entries.atLeast(2);
    await clock.advance(1_000);
    venue.send({ topic: 'a', value: 1 });
    await story.entries.atLeast(4);
    venue.answer = (request, socket) => {
      socket.send(JSON.stringify({ topic: 'a', value: 2 }));
      accept(request, socket);
    };

    venue.socket.terminate();
    await story.entries.atLeast(6);
    const held = story.hub.latest('a');
    story.listen('late', 'a');
    await story.entries.atLeast(7);
    await clock.advance(250);
    await story.entries.atLeast(16);

    const gap = 'gap 1001000-1001250';
    const toAll = (what: string): string[] => ['one', 'two', 'late'].map((name) => `${name} ${what}`);
    expect(held).toBeUndefined();
    expect(story.entries.entries.slice(0, 4)).toEqual(['one live', 'two live', 'one value 1', 'two value 1']);
    expect(story.entries.entries.slice(4)).toEqual([
      ...toAll('failed'),
      ...toAll(gap),
      ...toAll('live'),
      ...toAll('value 2'),
    ]);
    expect(venue.subscribed()).toEqual(['a', 'a']);
    expect(story.errors).toEqual([]);
  });

  it('does not say live again when the connection is lost in the turn of the confirmation', async () => {
    await using stage = await scene({ maxPayload: 1_000 });
    const { venue, errors } = stage;
    const story = storyOf(stage);
    venue.answer = (request, socket) => {
      accept(request, socket);
      socket.send('x'.repeat(2_000));
    };

    story.listen('one', 'a');
    await errors.atLeast(1);
    await new Promise((resolve) => setImmediate(resolve));

    expect(story.entries.entries).toEqual(['one live', 'one failed']);
    expect(story.hub.explain('a').status).toBe('failed');
  });

  it('tells a subscription made after the loss nothing of a gap', async () => {
    await using stage = await scene();
    const { venue, clock } = stage;
    const story = storyOf(stage);
    const first = story.listen('one', 'a');
    await story.entries.atLeast(1);
    venue.answer = ignore;
    venue.socket.terminate();
    await story.entries.atLeast(2);
    await clock.advance(250);
    await venue.requests.atLeast(2);

    first.unsubscribe();
    await new Promise((resolve) => setImmediate(resolve));
    story.listen('two', 'a');
    await new Promise((resolve) => setImmediate(resolve));
    venue.send({ ack: venue.requests.last?.id });
    await story.entries.atLeast(3);

    expect(story.entries.entries).toEqual(['one live', 'one failed', 'two live']);
  });

  it('asks again for a topic that the venue refused, on the clock of the hub', async () => {
    await using stage = await scene();
    const { venue, clock } = stage;
    const story = storyOf(stage);
    venue.answer = (request, socket) => socket.send(JSON.stringify({ ack: request.id, error: 'not now' }));
    story.listen('one', 'a');
    await story.entries.atLeast(1);

    venue.answer = accept;
    await clock.advance(500);
    await story.entries.atLeast(2);

    expect(story.entries.entries).toEqual(['one failed', 'one live']);
    expect(story.errors).toEqual([expect.stringContaining('not now')]);
  });

  it('ends when the pool is closed first, without an error and for good', async () => {
    await using stage = await scene();
    const { venue, pool, clock } = stage;
    const story = storyOf(stage);
    story.listen('one', 'a');
    await story.entries.atLeast(1);
    venue.answer = ignore;
    story.listen('two', 'b');
    await venue.requests.atLeast(2);

    await pool.close();
    await clock.advance(60_000);
    await story.hub.close();

    expect(story.entries.entries).toEqual(['one live', 'one closed', 'two closed']);
    expect(story.hub.stats()).toMatchObject({ topics: 0, subscriptions: 0 });
    expect(story.errors).toEqual([]);
  });

  it('ends what it has in the pool when the hub is closed first', async () => {
    await using stage = await scene();
    const { venue, pool } = stage;
    const story = storyOf(stage);
    story.listen('one', 'a');
    await story.entries.atLeast(1);
    venue.answer = ignore;
    story.listen('two', 'b');
    await venue.requests.atLeast(2);

    await story.hub.close();
    venue.answer = accept;
    venue.send({ ack: venue.requests.last?.id });
    await venue.requests.atLeast(4);
    await stage.flush();

    expect(venue.requests.entries.slice(2).map(({ op, args }) => [op, ...args])).toEqual([
      ['unsubscribe', 'a'],
      ['unsubscribe', 'b'],
    ]);
    expect(pool.stats()).toMatchObject({ topics: 0, live: 0 });
    expect(story.entries.entries).toEqual(['one live', 'one closed', 'two closed']);
    expect(story.errors).toEqual([]);
  });
});
