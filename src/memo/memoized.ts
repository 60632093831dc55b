import type { AnyFunction, ArgumentsOf, ResultOf } from './function-types.js';
import type { MemoControls } from './memo-controls.js';

/** A function with a cache: the same parameters, overloads and result, and the members of its cache. */
export type Memoized<F extends AnyFunction> = F &
  MemoControls<ArgumentsOf<F>, ResultOf<F>> & {
    /** Returns the members for calls made on this object: `this` is part of the key. */
    forThis(self: object): MemoControls<ArgumentsOf<F>, ResultOf<F>>;
  };
