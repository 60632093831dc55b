/** Any function, whatever its parameters. */
export type AnyFunction = (...args: never) => unknown;

/** The parameters of a function; of an overloaded one, those of its last overload. */
export type ArgumentsOf<F extends AnyFunction> = F extends (...args: infer Args) => unknown ? Args : never;

/** What a function returns, promise included; for an overloaded one, by its last overload. */
export type ResultOf<F extends AnyFunction> = F extends (...args: never) => infer Result ? Result : never;

/** An asynchronous function that takes an AbortSignal behind its other arguments. */
export type AbortableFunction<Args extends readonly unknown[], Result> = (
  ...args: [...Args, signal: AbortSignal]
) => Promise<Result>;
