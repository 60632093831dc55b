import { Worker } from 'node:worker_threads';
import { type RecordVisitor, SharedRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { bundled, urlOf } from '../ring/shared-threads.js';

const flood = urlOf(await bundled('shared-flood'));

interface Findings {
  /** The record that comes next. */
  next: number;
  read: number;
  wrong: number;
}

/** Checks every number of every record. */
function checking(findings: Findings, width: number): RecordVisitor {
  return (values, from, to, missed) => {
    let record = findings.next + missed;
    let wrong = 0;
    for (let at = from; at < to; at += width) {
      for (let field = 0; field < width; field++) if (values[at + field] !== record + field / 16) wrong++;
      record++;
    }
    findings.wrong += wrong;
    findings.read += (to - from) / width;
    findings.next = record;
  };
}

describe('SharedRing between two threads', () => {
  it('brings 2^32 + 10^6 records without loss or reorder, past both wraps of a 32-bit counter', async () => {
    const records = 2 ** 32 + 1_000_000;
    const ring = new SharedRing({ capacity: 16_384, batch: 256, fields: ['record', 'next'], timeout: Infinity });
    const reader = ring.reader();
    const findings: Findings = { next: 0, read: 0, wrong: 0 };
    const visit = checking(findings, 2);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const thread = new Worker(flood, { workerData: { handle: ring.handle, records, stop } });

    while (reader.wait(60_000)) reader.poll(visit);

    expect(findings).toEqual({ next: records, read: records, wrong: 0 });
    expect(reader.stats()).toEqual({ start: 0, read: records, lapped: 0, pending: 0 });
    expect(ring.stats()).toMatchObject({ published: records, read: records });
    await thread.terminate();
  });

  it('gives no torn record among 10^8 while the writer overwrites, and counts every one it missed', async () => {
    const enough = 100_000_000;
    const fields = Array.from({ length: 8 }, (_, i) => `f${i}`);
    const ring = new SharedRing({ capacity: 1_024, fields, mode: 'broadcast' });
    const reader = ring.reader();
    const findings: Findings = { next: 0, read: 0, wrong: 0 };
    const visit = checking(findings, 8);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const thread = new Worker(flood, { workerData: { handle: ring.handle, records: Infinity, stop } });

    while (reader.spin(60_000)) {
      reader.poll(visit);
      if (findings.read >= enough) Atomics.store(stop, 0, 1);
    }

    const { published } = ring.stats();
    const { read, lapped, pending } = reader.stats();
    console.log(`${published} records written, ${read} read, ${lapped} lapped, ${findings.wrong} numbers torn`);
    expect(findings).toEqual({ next: published, read, wrong: 0 });
    expect([read + lapped, pending]).toEqual([published, 0]);
    expect(lapped).toBeGreaterThan(0);
    await thread.terminate();
  });
});
