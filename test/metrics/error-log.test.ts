import { TimeoutError, VirtualClock } from 'tickwise/core';
import { ErrorLog } from 'tickwise/metrics';
import { describe, expect, it, vi } from 'vitest';

function newLog(options: Partial<ConstructorParameters<typeof ErrorLog>[0]> = {}): {
  clock: VirtualClock;
  log: ErrorLog;
  lines: string[];
} {
  const clock = new VirtualClock();
  const lines: string[] = [];
  return { clock, lines, log: new ErrorLog({ clock, write: (line) => void lines.push(line), ...options }) };
}

describe('ErrorLog', () => {
  it('tells the first error at once and those like it as a count', async () => {
    const { clock, log, lines } = newLog({ every: 1_000 });
    for (let i = 0; i < 100; i++) log.report(new RangeError(`row ${i}`), { row: i });
    const atOnce = [...lines];

    await clock.advance(1_000);

    expect(atOnce).toEqual(['RangeError: row 0 { row: 0 }']);
    expect(lines.slice(1)).toEqual(['99 more in the last 1 s: RangeError']);
  });

  it('counts on while errors come, and tells the first again after a quiet interval', async () => {
    const { clock, log, lines } = newLog({ every: 1_000 });
    log.report(new RangeError('a'));
    log.report(new RangeError('b'));
    await clock.advance(1_000);
    log.report(new RangeError('c'));
    await clock.advance(1_000);
    await clock.advance(1_000);

    log.report(new RangeError('d'));

    expect(lines).toEqual([
      'RangeError: a',
      '1 more in the last 1 s: RangeError',
      '1 more in the last 1 s: RangeError',
      'RangeError: d',
    ]);
  });

  it('tells errors of different classes and codes apart', () => {
    const { log, lines } = newLog();
    log.report(new TimeoutError('late'));
    log.report(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    log.report(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    log.report('a text');

    expect(lines).toEqual([
      'TimeoutError ERR_TIMEOUT: late',
      'Error ECONNREFUSED: refused',
      'Error ECONNRESET: reset',
      "'a text'",
    ]);
  });

  it('counts kinds beyond its bound as others', async () => {
    const { clock, log, lines } = newLog({ maxKinds: 1, every: 1_000 });
    log.report(new RangeError('a'));
    log.report(new TypeError('b'));
    log.report(new SyntaxError('c'));
    const { kinds } = log.stats();

    await clock.advance(1_000);

    expect(kinds).toBe(2);
    expect(lines).toEqual(['RangeError: a', 'TypeError: b', '1 more in the last 1 s: other errors']);
  });

  it('writes one line whatever a message holds', () => {
    const { log, lines } = newLog();

    log.report(new Error('all well\n2026-01-01 ERROR forged\u001b[2J'));

    expect(lines).toEqual(['Error: all well 2026-01-01 ERROR forged [2J']);
  });

  it('adds up: errors are written, counted, or wait', async () => {
    const { clock, log } = newLog({ every: 1_000 });
    for (let i = 0; i < 5; i++) log.report(new RangeError('a'));
    const before = log.stats();
    await clock.advance(1_000);
    log.report(new RangeError('a'));

    expect(before).toEqual({ errors: 5, written: 1, counted: 0, waiting: 4, kinds: 1, writeFailures: 0 });
    expect(log.stats()).toEqual({ errors: 6, written: 1, counted: 4, waiting: 1, kinds: 1, writeFailures: 0 });
  });

  it('tells what waits when it is flushed, and has no timer left', () => {
    const { clock, log, lines } = newLog();
    log.report(new RangeError('a'));
    log.report(new RangeError('b'));

    log.flush();

    expect(lines).toEqual(['RangeError: a', '1 more in the last 60 s: RangeError']);
    expect(clock.pendingTimers).toBe(0);
    expect(log.stats().kinds).toBe(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('EPIPE');
      },
    ],
    ['rejects', () => Promise.reject(new Error('EPIPE'))],
  ] as const)('outlives a write that %s, at once and from its timer, and counts that', async (_, write) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const clock = new VirtualClock();
    // oxlint-disable-next-line typescript/no-misused-promises -- a promise is what this is about
    const log = new ErrorLog({ clock, every: 1_000, write });

    log.report(new RangeError('a'));
    log.report(new RangeError('b'));
    await clock.advance(1_000);

    expect(log.stats()).toMatchObject({ errors: 2, written: 1, counted: 1, writeFailures: 2 });
    expect(warn).toHaveBeenCalledOnce();
  });

  it('refuses options it does not know', () => {
    const wrong = { every: 0 };

    expect(() => new ErrorLog(wrong)).toThrow(/every must be a number of milliseconds from 1 up, got 0/);
  });
});
