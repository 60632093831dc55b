import { UserError } from '../user-error.js';

import { type Dialect, dialects, isObject, type JsonObject, type Received } from './dialects/index.js';
import type { Line } from 'tickwise/feed';
import type { Frame, MalformedLine, Market, Recording, RestSnapshot, Topic, Venue } from './recording.js';

/** Malformed lines reported one by one; the others are only counted. */
const MALFORMED_SHOWN = 5;

/** Text held in memory at most, in characters: a guard against being pointed at the wrong file. */
const MAX_TEXT = 512 * 1024 * 1024;

/** Longest silence in milliseconds: a time further ahead is a mistake, and would fill the replay with empty bars. */
const LONGEST_SILENCE = 86_400_000;

/** A line that cannot be used; the message says why. */
class MalformedError extends Error {}

/** Makes a recording from its lines, one by one. */
export class RecordingBuilder {
  readonly #name: string;
  #frames: Frame[] = [];
  readonly #topics = new Map<string, Topic>();
  readonly #snapshots = new Map<string, RestSnapshot>();
  readonly #malformedLines: MalformedLine[] = [];
  readonly #strangers = new Set<string>();
  #malformed = 0;
  #reversals = 0;
  #textLength = 0;
  #lastTime = 0;
  #kind: Recording['kind'] = 'recorded';
  #dialect: Dialect | undefined;
  #venue: Venue | undefined;
  #market: Market | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** The venue, as soon as a line shows it. */
  get venue(): Venue | undefined {
    return this.#venue;
  }

  /** True as soon as the lines so far show an order-book stream of a venue that can be replayed. */
  get hasBook(): boolean {
    return this.#venue !== undefined && [...this.#topics.values()].some((topic) => topic.stream === 'book');
  }

  /** Reads one line. A malformed one is counted and left out.
   * @throws UserError when the recording is too large to be held in memory. */
  add(line: Line): void {
    if (line.text === '') return;
    try {
      this.#read(line.text);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#malformed += 1;
      if (this.#malformedLines.length < MALFORMED_SHOWN) {
        this.#malformedLines.push({ line: line.number, reason: error.message });
      }
    }
  }

  /** Adds the streams of another connection, by the time they came. Its heartbeats are left out: they are not the client's. */
  join(other: RecordingBuilder): void {
    const ofStreams = other.#frames.filter(({ symbol }) => symbol !== '');
    this.#frames = [...this.#frames, ...ofStreams].toSorted((a, b) => a.t - b.t);
    for (const topic of other.#topics.values()) if (topic.symbol !== '') this.#addTopic(topic);
    this.#malformed += other.#malformed;
    this.#reversals += other.#reversals;
    this.#malformedLines.push(...other.#malformedLines.slice(0, MALFORMED_SHOWN - this.#malformedLines.length));
  }

  /** Adds the first snapshot of a symbol that was fetched beside the stream. */
  addSnapshot(snapshot: RestSnapshot): void {
    if (!this.#snapshots.has(snapshot.symbol)) this.#snapshots.set(snapshot.symbol, snapshot);
  }

  /** @throws UserError when the lines make no recording that can be replayed. */
  finish(): Recording {
    const [first, last] = [this.#frames[0], this.#frames.at(-1)];
    if (first === undefined || last === undefined || !this.#venue || !this.#market) throw this.#unusable();
    if (!this.hasBook) throw new UserError(`${this.#name} holds no order-book stream, which the pipeline needs`);
    const books = [...this.#topics.values()].filter((topic) => topic.stream === 'book');
    return {
      name: this.#name,
      kind: this.#kind,
      venue: this.#venue,
      market: this.#market,
      symbols: [...new Set(books.map((topic) => topic.symbol))].toSorted(),
      start: first.t,
      end: last.t,
      frameCount: this.#frames.length,
      malformed: this.#malformed,
      malformedLines: this.#malformedLines,
      reversals: this.#reversals,
      frames: this.#frames,
      topics: this.#topics,
      snapshots: this.#snapshots,
    };
  }

  #read(line: string | undefined): void {
    if (line === undefined) throw new MalformedError('the line is too long');
    const entry = parse(line);
    const { t, dir } = entry;
    if (typeof t !== 'number' || !Number.isFinite(t) || t <= 0) throw new MalformedError('"t" is no time');
    if (dir === 'open') this.#readOpened(entry);
    else if (dir === 'out') this.#readSent(entry);
    else if (dir === 'in') this.#readReceived(t, entry, line);
    else throw new MalformedError('"dir" is none of open, out and in');
  }

  #readOpened(entry: JsonObject): void {
    const url = typeof entry['url'] === 'string' && URL.canParse(entry['url']) ? new URL(entry['url']) : undefined;
    if (url === undefined) throw new MalformedError('the connection has no valid "url"');
    if (url.protocol === 'synthetic:') this.#kind = 'synthetic';
    for (const dialect of dialects) {
      const opened = dialect.opened(url);
      if (opened === undefined) continue;
      this.#dialect ??= dialect;
      this.#market ??= opened.market;
      for (const topic of opened.topics) this.#addTopic(topic);
      return;
    }
    this.#strangers.add(url.hostname);
  }

  #readSent(entry: JsonObject): void {
    const message = entry['msg'];
    if (!isObject(message)) throw new MalformedError('"msg" is no object');
    for (const dialect of this.#dialect ? [this.#dialect] : dialects) {
      for (const topic of dialect.subscribed(message)) this.#addTopic(topic);
    }
  }

  #readReceived(t: number, entry: JsonObject, line: string): void {
    if (Object.keys(entry).at(-1) !== 'msg') throw new MalformedError('"msg" is missing or not the last field');
    const text = line.slice(line.indexOf('"msg":') + 6, -1);
    this.#textLength += text.length;
    if (this.#textLength > MAX_TEXT) throw new UserError(`${this.#name} is too large: cut it into parts under 512 MB`);
    if (typeof entry['for'] === 'string') {
      this.addSnapshot({ t, symbol: entry['for'], text });
      return;
    }
    const received = this.#recognise(entry['msg']);
    if (received === undefined) throw new MalformedError('the frame is in no known form');
    if (received.kind === 'frame') this.#addFrame(t, received, text);
  }

  #recognise(message: unknown): Received | undefined {
    for (const dialect of this.#dialect ? [this.#dialect] : dialects) {
      const received = dialect.received(message);
      if (received?.kind === 'frame') this.#dialect = dialect;
      if (received !== undefined) return received;
    }
    return undefined;
  }

  #addFrame(t: number, received: Received & { readonly kind: 'frame' }, text: string): void {
    this.#venue ??= received.venue;
    this.#market ??= received.market;
    if (received.venue !== this.#venue) throw new MalformedError(`a frame of ${received.venue} among ${this.#venue}`);
    if (this.#frames.length > 0 && t - this.#lastTime > LONGEST_SILENCE) {
      throw new MalformedError('"t" is more than a day after the frame before');
    }
    if (t < this.#lastTime) this.#reversals += 1;
    this.#lastTime = Math.max(this.#lastTime, t);
    const { topic, symbol, stream } = this.#addTopic(received.topic);
    this.#frames.push({ t: this.#lastTime, topic, symbol, stream, text });
  }

  /** Keeps one object per topic, so that its frames share their texts. */
  #addTopic(topic: Topic): Topic {
    const known = this.#topics.get(topic.topic);
    if (known === undefined) this.#topics.set(topic.topic, topic);
    return known ?? topic;
  }

  #unusable(): UserError {
    const [stranger] = this.#strangers;
    const read = 'Bybit, Binance, Kraken and Coinbase can be replayed';
    if (stranger !== undefined && !this.#dialect) return new UserError(`${this.#name} comes from ${stranger}; ${read}`);
    const [first] = this.#malformedLines;
    if (first === undefined) return new UserError(`${this.#name} holds no market data`);
    const where = `${this.#malformed} malformed lines, the first is line ${first.line}: ${first.reason}`;
    return new UserError(`${this.#name} holds no frame that can be replayed (${where}); ${read}`);
  }
}

function parse(line: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new MalformedError('the line is no JSON');
  }
  if (!isObject(value)) throw new MalformedError('the line is no JSON object');
  return value;
}
