import type { ServerResponse } from 'node:http';
import { RingBuffer } from 'tickwise/ring';
import { type LiveFigures, type LiveSession, type LiveTick, type LiveUpdate, MOST_TICKS } from './live-update.js';

/** Pages open at once. */
const MOST_PAGES = 16;

/** Milliseconds after which a browser that lost the server asks again. */
const RETRY = 1_000;

/** Sends what happens to every page that is open. */
export class EventStream {
  readonly #session: LiveSession;
  readonly #ticks = new RingBuffer<LiveTick>(MOST_TICKS);
  readonly #pages = new Set<Page>();
  #figures: LiveFigures | undefined;
  #hasEnded = false;

  constructor(session: LiveSession) {
    this.#session = session;
  }

  /** Adds a page and shows it the story so far. False when there are too many. */
  join(response: ServerResponse): boolean {
    if (this.#pages.size >= MOST_PAGES) return false;
    const page = new Page(response, () => this.#story());
    this.#pages.add(page);
    response.on('close', () => this.#pages.delete(page));
    return true;
  }

  /** Sends one update: made into text once, however many pages there are. */
  send(update: LiveUpdate): void {
    for (const tick of update.ticks) this.#ticks.push(tick);
    this.#figures = update.figures;
    if (this.#pages.size === 0) return;
    const event = eventOf('update', update);
    for (const page of this.#pages) page.send(event);
  }

  end(): void {
    this.#hasEnded = true;
    for (const page of this.#pages) page.send(eventOf('end', {}));
  }

  close(): void {
    for (const page of this.#pages) page.close();
  }

  #story(): string {
    const update = this.#figures && { ticks: this.#ticks.toArray(), figures: this.#figures };
    const end = this.#hasEnded ? eventOf('end', {}) : '';
    return eventOf('session', this.#session) + (update === undefined ? '' : eventOf('update', update)) + end;
  }
}

/** One browser that listens. */
class Page {
  readonly #response: ServerResponse;
  readonly #story: () => string;
  #isBehind = false;

  constructor(response: ServerResponse, story: () => string) {
    this.#response = response;
    this.#story = story;
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.on('drain', () => this.#catchUp());
    response.write(`retry: ${RETRY}\n\n${story()}`);
  }

  /** Sends an event, unless the browser has not read the ones before it: it is then shown the story anew. */
  send(event: string): void {
    if (this.#response.writableNeedDrain) this.#isBehind = true;
    else this.#response.write(event);
  }

  close(): void {
    this.#response.end();
  }

  #catchUp(): void {
    if (!this.#isBehind) return;
    this.#isBehind = false;
    this.#response.write(this.#story());
  }
}

/** A server-sent event. JSON has no line breaks outside its strings, and inside them they are escaped. */
function eventOf(type: string, data: unknown): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
