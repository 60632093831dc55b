import { type CallKey } from './call-key.js';
import { keyOfText, textOfKey } from './key-text.js';

/** What processes tell one another. */
export type BusMessage =
  | { readonly about: 'key'; readonly key: CallKey }
  | { readonly about: 'tag'; readonly tag: string }
  | { readonly about: 'clear' };

/** Longest message, in UTF-16 code units: 256 Ki. A longer one is sent as `clear`, and not taken from others. */
const MAX_MESSAGE_LENGTH = 2 ** 18;

/**
 * Writes and reads the messages of one cache: JSON arrays of a format mark, name, version, sender and content.
 * Reading them trusts nothing.
 */
export class BusLanguage {
  readonly #head: string;
  readonly #sender: string;

  /** @param sender What nobody else signs with. */
  constructor(name: string, version: string, sender: string) {
    this.#sender = sender;
    this.#head = `${JSON.stringify(['tickwise1', name, version]).slice(0, -1)},`;
  }

  /** Writes a message; as `clear` when it would be too long. */
  write(message: BusMessage): string {
    const text = this.#head + JSON.stringify([this.#sender, ...contentOf(message)]).slice(1);
    return text.length <= MAX_MESSAGE_LENGTH ? text : this.write({ about: 'clear' });
  }

  /**
   * Reads a message. @returns what it says, 'own' when this process sent it, 'foreign' when it is for another cache
   * or from another program, 'broken' when it is for this one and makes no sense.
   */
  read(text: unknown): BusMessage | 'own' | 'foreign' | 'broken' {
    // Most messages are for other caches: told apart before anything is parsed.
    if (typeof text !== 'string' || !text.startsWith(this.#head)) return 'foreign';
    if (text.length > MAX_MESSAGE_LENGTH) return 'broken';
    const parts = parse(`[${text.slice(this.#head.length)}`);
    if (!Array.isArray(parts) || parts.length > 3) return 'broken';
    const [sender, about, content]: readonly unknown[] = parts;
    if (sender === this.#sender) return 'own';
    return typeof sender === 'string' ? messageOf(about, content) : 'broken';
  }
}

function contentOf(message: BusMessage): string[] {
  if (message.about === 'key') return ['key', textOfKey(message.key)];
  return message.about === 'tag' ? ['tag', message.tag] : ['clear'];
}

function messageOf(about: unknown, content: unknown): BusMessage | 'broken' {
  if (about === 'clear') return content === undefined ? { about } : 'broken';
  if (typeof content !== 'string') return 'broken';
  if (about === 'tag') return { about, tag: content };
  const key = about === 'key' ? keyOfText(content) : undefined;
  return key === undefined ? 'broken' : { about: 'key', key };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
