/** Compile-time tests of tickwise/codec: this file has to compile, and each `@ts-expect-error` has to be an error. */
import { FieldMap, SeriesCodec } from 'tickwise/codec';

type Equal<A, B> = [A, B] extends [B, A] ? true : false;
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- its argument is what is tested
declare function check<IsTrue extends true>(): IsTrue;

interface Option {
  readonly symbol: string;
  readonly markPrice: number;
  readonly note?: string;
  readonly s: boolean;
}
declare const option: Option;

// Names become their codes, names that look like codes are escaped, optional stays optional.
const fields = new FieldMap({ symbol: 's', markPrice: 'mp' });
const stored = fields.encode(option);
check<
  Equal<typeof stored, { readonly s: string; readonly mp: number; readonly note?: string; readonly '~s': boolean }>
>();

// Back again it is the same type.
const back = fields.decode(stored);
check<Equal<typeof back, Option>>();

// Codes that are only known at run time leave only the run time to know the names.
declare const codes: Record<string, string>;
void new FieldMap(codes).encode(option);

// @ts-expect-error a code is a text
void new FieldMap({ symbol: 1 });
// @ts-expect-error a row is an object
void fields.encode(5);

// Rows are what the columns say: numbers, and texts in dictionaries.
const codec = new SeriesCodec({ ts: 'time', symbol: 'dictionary', price: { decimals: 2 }, size: 'f64' });
const [row] = codec.decode(codec.encode([{ ts: 1, symbol: 'BTC', price: 2, size: 3 }]));
check<
  Equal<
    typeof row,
    { readonly ts: number; readonly symbol: string; readonly price: number; readonly size: number } | undefined
  >
>();
// @ts-expect-error a column is missing
codec.encode([{ ts: 1, symbol: 'BTC', price: 2 }]);
// @ts-expect-error a text in a column of numbers
codec.encode([{ ts: '1', symbol: 'BTC', price: 2, size: 3 }]);
// @ts-expect-error null has to be named in the type of the row
codec.encode([{ ts: 1, symbol: 'BTC', price: null, size: 3 }]);
// @ts-expect-error no such kind
void new SeriesCodec({ ts: 'date' });
// @ts-expect-error only a column can be followed
void new SeriesCodec({ ts: 'time' }, { groupBy: 'symbol' });

// A type of one's own may have null and words of a union.
interface Trade {
  readonly ts: number;
  readonly side: 'buy' | 'sell';
  readonly price: number | null;
}
const columns = { ts: 'time', side: 'dictionary', price: 'f64' } as const;
const trades = new SeriesCodec<typeof columns, Trade>(columns);
const [trade] = trades.decode(trades.encode([{ ts: 1, side: 'buy', price: null }]));
check<Equal<typeof trade, Trade | undefined>>();
