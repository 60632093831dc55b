/** Compile-time tests of tickwise/codec: this file has to compile, and each `@ts-expect-error` has to be an error. */
import { FieldMap } from 'tickwise/codec';

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
