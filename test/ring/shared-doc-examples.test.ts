import { SharedRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

describe('the examples in the comments', () => {
  it('of SharedRing and SharedReader bring what was written', async () => {
    const ring = new SharedRing({ capacity: 4_096, fields: ['ts', 'price', 'size'] });
    const workerData = structuredClone({ trades: ring.handle });
    const writer = ring.writer();
    writer.write(1_723_161_256_322, 60_000.5, 0.1);
    const seen: (number | undefined)[] = [];

    const trades = SharedRing.attach(workerData.trades);
    const reader = trades.reader();
    while (await reader.ready(60_000)) {
      reader.poll((values, from, to) => {
        for (let at = from; at < to; at += 3) seen.push(values[at + trades.offsets.price]);
      });
      writer.end();
    }

    expect(seen).toEqual([60_000.5]);
  });

  it('of SharedWriter fill a record in place', () => {
    const ring = new SharedRing({ capacity: 8, fields: ['ts', 'price'] });
    const writer = ring.writer();

    const { price } = ring.offsets;
    const at = writer.claim();
    writer.values[at + price] = 60_000.5;
    writer.commit();
    writer.flush();

    ring.reader().poll((values, from) => expect(values[from + price]).toBe(60_000.5));
    expect(ring.stats().read).toBe(1);
  });
});
