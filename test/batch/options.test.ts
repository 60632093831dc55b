import { ConfigError, VirtualClock } from 'tickwise';
import { BatchWriter } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';

const sink = async (): Promise<void> => undefined;

/** Makes a writer from options that the types forbid. */
function make(options: unknown): BatchWriter<unknown> {
  return Reflect.construct(BatchWriter, [options]) as BatchWriter<unknown>;
}

function messageOf(options: unknown): string {
  try {
    make(options);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('no error was thrown');
}

const notWhole = [Number.NaN, -1, 0, 1.5, Infinity, -Infinity, '5', null, true, {}, 2 ** 53];
const notDuration = [Number.NaN, -1, -Infinity, '5', null, true, {}, []];

const refused: [string, unknown[]][] = [
  ['maxItems', notWhole],
  ['maxPending', notWhole],
  ['maxDelay', notDuration],
  ['closeTimeout', notDuration],
  ['timeout', [...notDuration, 0, 0.5]],
  ['name', ['', 5, null, {}]],
  ['flushWhenIdle', [0, 1, 'true', null]],
  ['overflow', ['block', '', null, 0, 'toString', '__proto__']],
  ['concurrency', [...notWhole, 1_025]],
  ['partition', ['table', null, {}, 5]],
  ['urgent', ['yes', null, true, 5]],
  ['handleSignals', [0, 1, 'true', null]],
  ['journal', ['folder', null, 5, true]],
  ['key', ['symbol', null, {}, 5]],
  ['deadLetter', ['file', null, {}, 5]],
  ['onError', ['log', null, {}, 5]],
  ['clock', [null, {}, 5, Date, { now: () => 0 }, { now: () => 0, wallTime: () => 0 }]],
  ['ioClock', [null, {}, 5, { setTimeout: () => undefined }]],
  ['sink', [undefined, null, 5, 'sink', {}, { write: 5 }, []]],
];

const refusedRetries: [string, unknown[]][] = [
  ['attempts', notWhole],
  ['minDelay', [...notDuration, 0, Infinity]],
  ['maxDelay', [...notDuration, 0, Infinity]],
  ['deadline', notDuration],
  ['isRetryable', ['always', null, true, {}]],
];

const refusedJournals: [string, unknown[]][] = [
  ['directory', [undefined, '', null, 5]],
  ['durability', ['sync', null, 0]],
  ['maxBytes', [...notWhole, 65_535]],
  ['encode', ['json', null, {}]],
  ['decode', ['json', null, {}]],
];

describe('the options of a BatchWriter', () => {
  const journalCases = refusedJournals.flatMap(([name, values]) => values.map((value) => ({ name, value })));

  it.each(journalCases)('refuses journal.$name: $value and names the option', ({ name, value }) => {
    const message = messageOf({ sink, journal: { directory: 'never-made', [name]: value } });

    expect(message).toContain(`BatchWriter: journal.${name} must be `);
  });

  it('refuses key with several sends at once and no partition, which could bring an older row after a newer', () => {
    expect(messageOf({ sink, key: () => 1, concurrency: 2 })).toContain('key with concurrency 2 needs partition');
    expect(() => new BatchWriter({ sink, key: () => 1, concurrency: 2, partition: () => 1 })).not.toThrow();
  });

  const cases = refused.flatMap(([name, values]) => values.map((value) => ({ name, value })));

  it.each(cases)('refuses $name: $value and names the option and the value', ({ name, value }) => {
    const message = messageOf({ sink, [name]: value });

    expect(message).toContain(`BatchWriter: ${name} must be `);
    expect(message).toContain('got ');
  });

  const retryCases = refusedRetries.flatMap(([name, values]) => values.map((value) => ({ name, value })));

  it.each(retryCases)('refuses retry.$name: $value and names the option', ({ name, value }) => {
    const message = messageOf({ sink, retry: { [name]: value } });

    expect(message).toContain(`BatchWriter: retry.${name} must be `);
  });

  it.each(['maxBytes', 'sizeOf'])('refuses %s without its partner', (name) => {
    const value = name === 'maxBytes' ? 100 : (): number => 1;

    const message = messageOf({ sink, [name]: value });

    expect(message).toContain('maxBytes and sizeOf must be given together');
  });

  it.each([...notWhole])('refuses maxBytes: %s', (maxBytes) => {
    expect(messageOf({ sink, maxBytes, sizeOf: () => 1 })).toContain('maxBytes must be ');
  });

  it.each([null, 5, 'size', {}])('refuses sizeOf: %s', (sizeOf) => {
    expect(messageOf({ sink, maxBytes: 10, sizeOf })).toContain('sizeOf must be ');
  });

  it.each(['retries', 'batchSize', 'spill', 'constructor'])('refuses the unknown option %s', (name) => {
    expect(messageOf({ sink, [name]: 1 })).toContain(`unknown option '${name}'`);
  });

  it('refuses an unknown name among the retry options', () => {
    expect(messageOf({ sink, retry: { tries: 3 } })).toContain('tries');
  });

  it.each([undefined, null, 5, 'options', []])('refuses %s instead of options', (options) => {
    expect(() => make(options)).toThrow(ConfigError);
  });

  it.each([
    { maxItems: 1, maxPending: 1 },
    { maxItems: Number.MAX_SAFE_INTEGER, maxPending: Number.MAX_SAFE_INTEGER },
    { maxDelay: 0 },
    { maxDelay: Infinity },
    { maxDelay: 0.25 },
    { timeout: 1 },
    { timeout: Infinity },
    { closeTimeout: 0 },
    { closeTimeout: Infinity },
    { retry: {} },
    { retry: { attempts: 1, minDelay: 1, maxDelay: 1, deadline: 0 } },
    { retry: { deadline: Infinity } },
    { retry: { minDelay: 500, maxDelay: 100 } },
    { maxBytes: 1, sizeOf: () => 1 },
    { name: undefined, overflow: undefined, retry: undefined, clock: undefined },
    { clock: new VirtualClock(), ioClock: new VirtualClock() },
  ])('takes the boundary values %o', (options) => {
    expect(() => make({ sink, ...options })).not.toThrow();
  });

  it('reads the options once, so that later changes have no effect', async () => {
    const sizes: number[] = [];
    const options = {
      sink: async (batch: readonly number[]): Promise<void> => void sizes.push(batch.length),
      maxItems: 2,
    };
    const writer = new BatchWriter<number>(options);

    options.maxItems = 1;
    for (const row of [1, 2, 3, 4]) writer.add(row);
    await writer.flush();

    expect(sizes).toEqual([2, 2]);
  });

  it('calls the sink as a method of its object', async () => {
    class Collector {
      readonly rows: number[] = [];

      async write(batch: readonly number[]): Promise<void> {
        this.rows.push(...batch);
      }
    }
    const collector = new Collector();
    await using writer = new BatchWriter<number>({ sink: collector });

    writer.add(7);
    await writer.flush();

    expect(collector.rows).toEqual([7]);
  });
});
