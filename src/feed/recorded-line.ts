import { CorruptDataError } from '../core/errors.js';
import { show } from '../core/show.js';
import { asFields } from './guards.js';

/** What stands before a frame in its line. */
const MESSAGE = '"msg":';

/** The last time that a Date can hold, epoch milliseconds; a damaged digit must not drive a clock beyond it. */
const LATEST = 8.64e15;

/** One line of a recording. */
export interface RecordedLine {
  /** When it was received or sent, epoch milliseconds, with up to three decimals. */
  readonly t: number;
  /** A connection was opened, a frame was sent, a frame was received. */
  readonly dir: 'open' | 'out' | 'in';
  /** Address of the connection, on lines that say it. */
  readonly url?: string | undefined;
  /** The symbol of an order book snapshot that was fetched beside the stream. */
  readonly for?: string | undefined;
  /** The frame's text, byte for byte; undefined for `open`. */
  readonly text?: string | undefined;
}

/** The line of a recording, without its end. A frame that is no JSON is kept as a JSON text, marked by `plain`. */
export function writeLine({ t, dir, url, text }: RecordedLine): string {
  const head = `{"t":${t.toFixed(3)},"dir":"${dir}"`;
  if (text === undefined) return `${head}${url === undefined ? '' : `,"url":${JSON.stringify(url)}`}}`;
  return isOneLine(text) ? `${head},${MESSAGE}${text}}` : `${head},"plain":true,${MESSAGE}${JSON.stringify(text)}}`;
}

/**
 * Reads a line of a recording.
 * @throws CorruptDataError when it is none, for instance one that was torn.
 */
export function readLine(line: string): RecordedLine {
  const at = line.indexOf(MESSAGE);
  const head = at < 0 ? line : `${line.slice(0, at)}"end":0}`;
  const fields = parse(head, line);
  const { t, dir, url, for: symbol } = fields;
  if (typeof t !== 'number' || !(t >= 0 && t <= LATEST)) throw malformed('a time "t" in epoch milliseconds', line);
  if (dir !== 'open' && dir !== 'out' && dir !== 'in') throw malformed('a "dir" of open, out or in', line);
  if (at >= 0 && !line.endsWith('}')) throw malformed('a whole line', line);
  if (at < 0 && dir !== 'open') throw malformed('a "msg"', line);
  const text = at < 0 ? undefined : line.slice(at + MESSAGE.length, -1);
  return {
    t,
    dir,
    url: typeof url === 'string' ? url : undefined,
    for: typeof symbol === 'string' ? symbol : undefined,
    text: fields['plain'] === true && text !== undefined ? plain(text, line) : text,
  };
}

function parse(head: string, line: string): Readonly<Record<string, unknown>> {
  try {
    return asFields(JSON.parse(head)) ?? {};
  } catch {
    throw malformed('JSON', line);
  }
}

function plain(text: string, line: string): string {
  const value: unknown = parse(`{"text":${text}}`, line)['text'];
  if (typeof value !== 'string') throw malformed('a text for a plain frame', line);
  return value;
}

function malformed(expected: string, line: string): CorruptDataError {
  return new CorruptDataError(`a line of a recording must hold ${expected}, got ${show(line)}`);
}

/** Whether a frame can be spliced into its line: JSON without a line end in it. */
function isOneLine(text: string): boolean {
  if (text.includes('\n') || text.includes('\r')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
