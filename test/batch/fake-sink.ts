import type { SendContext, SinkObject, SinkReport } from 'tickwise/batch';

/** One send that a {@link FakeSink} received. */
export interface Sent<T> {
  readonly rows: readonly T[];
  readonly attempt: number;
  readonly batchId: string;
  readonly ids: readonly string[];
  readonly signal: AbortSignal;
}

/** What the sink does with a send: stores it, rejects some rows, fails, or never answers. */
export type Answer = 'store' | 'hang' | Error | { readonly reject: readonly number[]; readonly error?: unknown };

/** Stores whole batches and notes every send; `answer` makes it fail. */
export class FakeSink<T> implements SinkObject<T> {
  readonly sent: Sent<T>[] = [];
  readonly stored: T[] = [];
  closed = 0;
  running = 0;
  mostRunning = 0;
  answer: (sent: Sent<T>, call: number) => Answer | Promise<Answer>;

  constructor(answer: (sent: Sent<T>, call: number) => Answer | Promise<Answer> = () => 'store') {
    this.answer = answer;
  }

  get sizes(): number[] {
    return this.sent.map(({ rows }) => rows.length);
  }

  async write(rows: readonly T[], { attempt, batchId, ids, signal }: SendContext): Promise<SinkReport | void> {
    const sent = { rows: [...rows], attempt, batchId, ids, signal };
    this.sent.push(sent);
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    try {
      return await this.#act(sent);
    } finally {
      this.running--;
    }
  }

  async close(): Promise<void> {
    this.closed++;
  }

  async #act(sent: Sent<T>): Promise<SinkReport | void> {
    const answer = await this.answer(sent, this.sent.length);
    if (answer === 'store') {
      this.stored.push(...sent.rows);
      return undefined;
    }
    if (answer === 'hang') return new Promise(() => undefined);
    if (answer instanceof Error) throw answer;
    const { reject, error = new Error('rejected') } = answer;
    this.stored.push(...sent.rows.filter((_, index) => !reject.includes(index)));
    return { rejected: reject.map((index) => ({ index, error })) };
  }
}

/** The whole numbers from `from` to below `end`. */
export function range(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, index) => from + index);
}

/** An error that the default `isRetryable` calls permanent. */
export function permanent(message = 'bad row'): Error {
  return Object.assign(new Error(message), { code: 'ERR_INVALID_ARGUMENT' });
}

/** Lets promise chains settle, without time moving. */
export async function settle(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
