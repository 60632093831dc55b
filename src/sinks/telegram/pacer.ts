/** So many sends in so many milliseconds, over every stretch of that length. */
interface Limit {
  readonly count: number;
  readonly interval: number;
}

/** Of the bot, over all chats. */
const OVERALL: Limit = { count: 30, interval: 1_000 };
/** Of a group or channel. */
const GROUP: Limit = { count: 20, interval: 60_000 };
/** Of any chat. */
const CHAT: Limit = { count: 1, interval: 1_000 };
/** Of a chat while something is urgent: Telegram allows short bursts, and asks for a pause when they are too long. */
const BURST: Limit = { count: 3, interval: 1_000 };

/** How long a chat's sends matter. */
const MEMORY = GROUP.interval;

/** When the next message may leave, by Telegram's limits. */
export class Pacer {
  readonly #all: number[] = [];
  readonly #chats = new Map<string, number[]>();

  /** Chats that are remembered. */
  get size(): number {
    return this.#chats.size;
  }

  /** Milliseconds from `now` until a message may go to a chat; 0 for at once. */
  delay(chat: string, isUrgent: boolean, now: number): number {
    const sends = this.#chats.get(chat) ?? [];
    const limits = [isUrgent ? BURST : CHAT, ...(isGroup(chat) ? [GROUP] : [])];
    const free = limits.map((limit) => freeAt(sends, limit));
    return Math.max(0, freeAt(this.#all, OVERALL) - now, ...free.map((time) => time - now));
  }

  /** Notes that a message leaves now. */
  note(chat: string, now: number): void {
    keep(this.#all, now, OVERALL.count);
    const sends = this.#chats.get(chat) ?? [];
    keep(sends, now, GROUP.count);
    // Behind all others, so that those at the front are the ones that were silent longest.
    this.#chats.delete(chat);
    this.#chats.set(chat, sends);
    for (const [silent, times] of this.#chats) {
      if (now - (times.at(-1) ?? now) < MEMORY) break;
      this.#chats.delete(silent);
    }
  }

  /**
   * Takes back a message that left at `at` and was refused with 429. The limits speak of messages that were sent, and of
   * a refused one only its `retry_after`; counted, it would keep the twentieth alert of a group waiting for a minute.
   */
  takeBack(chat: string, at: number): void {
    const sends = this.#chats.get(chat) ?? [];
    for (const times of [this.#all, sends]) {
      const index = times.lastIndexOf(at);
      if (index !== -1) times.splice(index, 1);
    }
    // An empty list has no time by which it could be forgotten.
    if (sends.length === 0) this.#chats.delete(chat);
  }
}

/** When the oldest of the sends that fill a limit leaves its stretch. */
function freeAt(sends: readonly number[], { count, interval }: Limit): number {
  const oldest = sends.at(-count);
  return sends.length < count || oldest === undefined ? -Infinity : oldest + interval;
}

function keep(sends: number[], now: number, count: number): void {
  sends.push(now);
  if (sends.length > count) sends.shift();
}

/** Groups and channels have negative numbers, or names; a user has neither. */
function isGroup(chat: string): boolean {
  return chat.startsWith('-') || chat.startsWith('@');
}
