import type { Fault } from '../faults/fault.js';
import type { Playable } from '../recording/index.js';
import { CurrentBook } from './current-book.js';
import { answerRest, type RestAnswer } from './rest.js';
import type { Run } from './run.js';

/** Answers REST requests: as recorded, or, in a session with faults, from the venue's current books. */
export class RestDesk {
  readonly #recording: Playable;
  readonly #symbols: ReadonlySet<string>;
  readonly #books = new Map<string, CurrentBook>();

  constructor(recording: Playable, symbols: ReadonlySet<string>) {
    this.#recording = recording;
    this.#symbols = symbols;
  }

  async answer(run: Run, url: URL): Promise<RestAnswer> {
    run.counters.restRequests += 1;
    if (run.lockstep === undefined || run.pace === undefined) return answerRest(this.#recording, this.#symbols, url);
    // Between two clock marks nobody could say what "now" is.
    await run.lockstep.rest();
    const now = run.now;
    const ban = run.script.faults.find(({ kind, from, to }) => kind === '429' && now > from && now <= to);
    if (ban !== undefined) return refuse(run, ban, now);
    return answerRest(this.#recording, this.#symbols, url, (symbol) => this.#book(symbol).snapshotAt(now));
  }

  #book(symbol: string): CurrentBook {
    let book = this.#books.get(symbol);
    if (book === undefined) this.#books.set(symbol, (book = new CurrentBook(this.#recording, symbol)));
    return book;
  }
}

/** Too many requests: says in seconds of market time when to come again. */
function refuse(run: Run, { to }: Fault, now: number): RestAnswer {
  run.counters.restRefused += 1;
  const wait = String(Math.max(1, Math.ceil((to - now) / 1_000)));
  return { status: 429, headers: { 'retry-after': wait }, body: '{"code":-1003,"msg":"Too many requests."}' };
}
