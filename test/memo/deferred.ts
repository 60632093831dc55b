/** A promise that a test settles by hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** Loads that a test settles one by one, in the order they were started. */
export class Loads<T> {
  readonly started: { readonly args: readonly unknown[]; readonly load: Deferred<T> }[] = [];

  readonly run = (...args: readonly unknown[]): Promise<T> => {
    const load = deferred<T>();
    this.started.push({ args, load });
    return load.promise;
  };

  get count(): number {
    return this.started.length;
  }

  at(index: number): Deferred<T> {
    const started = this.started[index];
    if (started === undefined) throw new Error(`load ${index} was not started`);
    return started.load;
  }
}

/** Lets promise chains settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
