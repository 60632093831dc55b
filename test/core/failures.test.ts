// Hostile thenables are what is tested here.
/* oxlint-disable unicorn/no-thenable */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FailureReporter, isThenable } from '../../src/core/failures.js';

interface Where {
  readonly place: string;
}
const HERE: Where = { place: 'here' };

describe('FailureReporter with onError', () => {
  it('hands over every error with its context, and warns of none', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const seen: unknown[] = [];
    const reporter = new FailureReporter<Where>('Widget', (error, context) => seen.push(error, context));

    reporter.report('first', HERE);
    reporter.report(undefined, HERE);

    expect(seen).toEqual(['first', HERE, undefined, HERE]);
    expect(reporter.count).toBe(2);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('FailureReporter as a process warning', () => {
  let warnings: string[];
  beforeEach(() => {
    vi.useFakeTimers();
    warnings = [];
    // One of the overloads, the one that is used.
    vi.spyOn(process, 'emitWarning').mockImplementation(((message: string, type: string) => {
      warnings.push(`${type}: ${message}`);
    }) as typeof process.emitWarning);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('warns of the first at once, then counts per minute, and then starts anew', () => {
    const reporter = new FailureReporter<Where>('Widget', undefined);

    for (let count = 0; count < 1_000; count++) reporter.report(new Error(`failure ${count}`), HERE);
    expect(warnings).toEqual(['TickwiseWarning: Widget: Error: failure 0']);
    vi.advanceTimersByTime(60_000);
    expect(warnings[1]).toBe('TickwiseWarning: Widget: 999 more failures in the last 60 s');
    reporter.report(new Error('soon after'), HERE);
    vi.advanceTimersByTime(60_000);
    expect(warnings[2]).toBe('TickwiseWarning: Widget: 1 more failures in the last 60 s');
    vi.advanceTimersByTime(120_000);
    reporter.report(new Error('much later'), HERE);

    expect(warnings).toHaveLength(4);
    expect(warnings[3]).toContain('much later');
    expect(reporter.count).toBe(1_002);
  });

  it('sets one timer however many failures, and none for ever', () => {
    const reporter = new FailureReporter<Where>('Widget', undefined);

    for (let count = 0; count < 100; count++) reporter.report(new Error('x'), HERE);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(120_000);

    expect(vi.getTimerCount()).toBe(0);
  });

  it('warns of an onError that throws, of one that rejects, and still counts', async () => {
    const throwing = new FailureReporter<Where>('Thrower', () => {
      throw new Error('onError broke');
    });
    const rejecting = new FailureReporter<Where>(
      'Rejecter',
      asHandler(async () => {
        await Promise.resolve();
        throw new Error('onError broke later');
      }),
    );

    throwing.report(new Error('x'), HERE);
    rejecting.report(new Error('y'), HERE);
    await vi.advanceTimersByTimeAsync(0);

    expect(warnings).toEqual([
      'TickwiseWarning: Thrower: Error: onError broke',
      'TickwiseWarning: Rejecter: Error: onError broke later',
    ]);
    expect([throwing.count, rejecting.count]).toEqual([1, 1]);
  });

  it.each([
    ['an object without prototype', Object.create(null) as unknown],
    ['a symbol', Symbol('oops')],
    ['undefined', undefined],
    [
      'an error whose message throws',
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no message');
        },
      }),
    ],
    [
      'an object whose toString throws',
      {
        toString: () => {
          throw new Error('no text');
        },
      },
    ],
  ])('never throws when it is told of %s', (_name, thrown) => {
    const reporter = new FailureReporter<Where>('Widget', undefined);

    expect(() => reporter.report(thrown, HERE)).not.toThrow();

    expect(warnings).toHaveLength(1);
  });
});

describe('watch', () => {
  const hostile = {
    'a then that throws when called': {
      then: () => {
        throw new Error('then threw');
      },
    },
    'one that rejects twice': {
      then: (_resolve: unknown, reject: (reason: unknown) => void) => {
        reject(new Error('once'));
        reject(new Error('twice'));
      },
    },
    'a function with a then': Object.assign(() => {}, {
      then: (_resolve: unknown, reject: (reason: unknown) => void) => reject(new Error('from a function')),
    }),
  };

  it.each(Object.keys(hostile) as (keyof typeof hostile)[])('reports %s once', async (name) => {
    const onError = vi.fn<(...args: unknown[]) => void>();
    const reporter = new FailureReporter<Where>('Widget', onError);

    reporter.watch(hostile[name], HERE);
    await settle();

    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError).toHaveBeenCalledWith(expect.any(Error), HERE);
  });

  it('leaves other results alone, those with a then that cannot be read among them', async () => {
    const onError = vi.fn<(...args: unknown[]) => void>();
    const reporter = new FailureReporter<Where>('Widget', onError);
    const unreadable = Object.defineProperty({}, 'then', {
      get: () => {
        throw new Error('unreadable');
      },
    });

    for (const result of [undefined, null, 5, 'x', {}, [], { then: 5 }, unreadable, Promise.resolve(1)]) {
      reporter.watch(result, HERE);
    }
    await settle();

    expect(onError).not.toHaveBeenCalled();
  });

  it('never causes an unhandled rejection', async () => {
    const unhandled = vi.fn<(...args: unknown[]) => void>();
    process.on('unhandledRejection', unhandled);
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const reporters = [
      new FailureReporter<Where>('Silent', undefined),
      new FailureReporter<Where>('Throwing', () => {
        throw new Error('x');
      }),
      new FailureReporter<Where>(
        'Rejecting',
        asHandler(() => Promise.reject(new Error('x'))),
      ),
    ];

    for (const reporter of reporters) {
      reporter.watch(Promise.reject(new Error('watched')), HERE);
      reporter.report(new Error('reported'), HERE);
    }
    await settle();
    process.off('unhandledRejection', unhandled);

    expect(unhandled).not.toHaveBeenCalled();
    expect(reporters.map((reporter) => reporter.count)).toEqual([2, 2, 2]);
  });
});

describe('isThenable', () => {
  it.each([
    [Promise.resolve(), true],
    [{ then: () => {} }, true],
    [{ then: 1 }, false],
    [null, false],
    ['then', false],
    [undefined, false],
  ])('of %o is %s', (value, expected) => {
    expect(isThenable(value)).toBe(expected);
  });
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** An onError that returns a promise, which its type does not foresee. */
function asHandler(handler: () => unknown): () => void {
  return handler;
}
