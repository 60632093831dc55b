import { deserialize, serialize } from 'node:v8';
import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { findUnfaithful } from './store-plain-data.js';

/** Turns results into bytes for the second cache level, and back. */
export interface Codec {
  /**
   * Returns the bytes of a result. It runs once per stored result, before callers get it. The array must not change later.
   * When it throws, the failure goes to `onError` and the result is not shared.
   */
  encode(value: unknown): Uint8Array;
  /**
   * Returns a result equal to the one encoded; each call a new one. The bytes are its own to keep or change.
   * When it throws, the failure goes to `onError` and the function runs instead.
   */
  decode(bytes: Uint8Array): unknown;
}

/**
 * The codec unless another is given: `serialize` of `node:v8`. Takes plain objects, arrays, typed arrays, Map, Set,
 * Date, RegExp, BigInt, and every number and string there is. Whatever would come back as something else (functions,
 * objects of a class, symbol-named and hidden properties) is refused when it is encoded.
 *
 * What the store returns is checked for damage, not for malice: `deserialize` is not made for hostile bytes. Who can
 * write to the store can change your results anyway.
 */
export const v8Codec: Codec = Object.freeze({
  encode(value: unknown): Uint8Array {
    const unfaithful = findUnfaithful(value);
    if (unfaithful !== undefined) {
      throw new ArgumentError(
        `a result must be plain data for the default codec, got ${unfaithful} in ${show(value)}; give the option codec`,
      );
    }
    return serialize(value);
  },
  // A copy: typed arrays in the result would be views of the bytes, and two results of one buffer would share them.
  decode: (bytes: Uint8Array): unknown => deserialize(Uint8Array.from(bytes)),
});
