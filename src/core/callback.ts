/**
 * A function that is told something and answers nothing. It may be async.
 *
 * Two functions and not one that returns `unknown`: with that, an inline callback which ends its own
 * subscription, or closes its own hub, would not compile.
 */
export type Callback<Arguments extends readonly unknown[]> =
  | ((...args: Arguments) => void)
  | ((...args: Arguments) => Promise<void>);
