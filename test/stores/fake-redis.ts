import type { IoredisClient } from 'tickwise/stores/redis';
import type { Command, Link } from '../../src/stores/redis/link.js';

/** A link that a test answers for. */
export class FakeLink implements Link {
  readonly sent: { readonly command: Command; readonly answer: PromiseWithResolvers<unknown> }[] = [];
  readonly connected = deferred();
  readonly lose: (cause: unknown) => void;
  isEnded = false;

  constructor(lose: (cause: unknown) => void) {
    this.lose = lose;
  }

  connect(): Promise<unknown> {
    return this.connected.promise;
  }

  send(command: Command): Promise<unknown> {
    const answer = deferred();
    this.sent.push({ command, answer });
    return answer.promise;
  }

  subscribe(): Promise<unknown> {
    return Promise.resolve();
  }

  end(): void {
    this.isEnded = true;
  }
}

/** A promise with its two ends. */
export interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred(): PromiseWithResolvers<unknown> {
  let ends: Omit<PromiseWithResolvers<unknown>, 'promise'> | undefined;
  const promise = new Promise<unknown>((resolve, reject) => (ends = { resolve, reject }));
  promise.catch(() => undefined); // a test may answer what nobody waits for any more
  if (ends === undefined) throw new Error('a promise runs its executor at once');
  return { promise, ...ends };
}

/** What looks like an ioredis client and does nothing. */
export function idleClient(): IoredisClient {
  const client = {
    status: 'wait',
    options: {},
    on: () => client,
    connect: () => new Promise(() => undefined),
    disconnect: () => undefined,
    duplicate: () => idleClient(),
    callBuffer: () => new Promise(() => undefined),
  };
  return client;
}
