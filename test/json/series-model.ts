import * as fc from 'fast-check';

/** The columns that the model rings have: every kind, a name to be escaped and one that is not ASCII. */
export const COLUMNS = {
  ts: 'f64',
  close: 'f64',
  'vol"ume': 'f32',
  цена: { type: 'i32', scale: 0.01 },
  count: 'u32',
  levels: { type: 'f64', length: 2 },
} as const;
export type Columns = typeof COLUMNS;

const anyNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, -0, 0, Infinity, -Infinity, 1e21, 1e-7, 123_456_789.123, Number.MIN_VALUE),
  fc.integer({ min: -5, max: 5 }),
);

/** The values of a row but its time. */
export const values = fc.record({
  close: anyNumber,
  'vol"ume': anyNumber,
  цена: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((ticks) => ticks / 100),
  count: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  levels: fc.tuple(anyNumber, anyNumber),
});

/** One step in the life of a ring, or a question. `time` is where a late row goes, from 0 (oldest) to 1. */
export type Step =
  | { readonly type: 'push' | 'late' | 'amend'; readonly time: number; readonly row: ValuesOf<typeof values> }
  | { readonly type: 'close'; readonly close: number }
  | { readonly type: 'clear' }
  | { readonly type: 'ask'; readonly how: 'bytes' | 'view' | 'stringify'; readonly share: number };
type ValuesOf<A> = A extends fc.Arbitrary<infer T> ? T : never;

const fraction = fc.double({ min: 0, max: 1, noNaN: true });

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('push' as const), time: fraction, row: values }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('late' as const), time: fraction, row: values }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('amend' as const), time: fraction, row: values }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('close' as const), close: anyNumber }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('ask' as const),
        how: fc.constantFrom('bytes' as const, 'view' as const, 'stringify' as const),
        share: fc.oneof(fraction, fc.constantFrom(0, 1, 0.1)),
      }),
    },
  ),
  { maxLength: 80, size: 'max' },
);
