import type { Clock } from '../core/clock.js';
import { TimeoutError } from '../core/errors.js';
import { isThenable } from '../core/failures.js';
import type { SendContext, SinkFunction } from './sink.js';

/** One send: what goes, as what, and for how long. */
interface SendRequest<T> {
  /** Rows of this send alone, oldest first. */
  readonly items: readonly T[];
  /** Sends of the batch including this one, from 1. */
  readonly attempt: number;
  /** Identity of exactly these rows: the same whenever the same rows are sent together. Computed only if asked for. */
  readonly batchId: () => string;
  /** Computed only if the sink asks for identities. */
  readonly ids: () => readonly string[];
  /** Milliseconds, or Infinity. */
  readonly timeout: number;
  /** Its abort is passed on to the sink. */
  readonly controller: AbortController;
}

/**
 * Calls the sink once and resolves with its answer.
 *
 * Rejects with the sink's error, or with the abort's reason as soon as the signal fires, whether or not the sink
 * listens; what a sink says after that is ignored.
 */
export async function send<T>(write: SinkFunction<T>, clock: Clock, request: SendRequest<T>): Promise<unknown> {
  const { controller, timeout } = request;
  const timer =
    timeout === Infinity
      ? undefined
      : clock.setTimeout(() => controller.abort(new TimeoutError(`a send took longer than ${timeout} ms`)), timeout);
  try {
    return await unlessAborted(call(write, request), controller.signal);
  } finally {
    timer?.cancel();
  }
}

/** Calls the sink; what it throws becomes a rejection, and what it returns a promise. */
async function call<T>(write: SinkFunction<T>, request: SendRequest<T>): Promise<unknown> {
  const result: unknown = write(request.items, contextOf(request));
  return isThenable(result) ? await result : result;
}

function contextOf<T>({ controller, attempt, batchId, ids }: SendRequest<T>): SendContext {
  let known: readonly string[] | undefined;
  let knownId: string | undefined;
  return {
    signal: controller.signal,
    attempt,
    get batchId() {
      return (knownId ??= batchId());
    },
    get ids() {
      return (known ??= ids());
    },
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(signal.reason);
    signal.addEventListener('abort', fail, { once: true });
    if (signal.aborted) fail();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', fail));
  });
}
