import type { Alert } from './alert.js';

/** Most characters of a message, counted as Telegram does: in UTF-16 units. */
const LONGEST = 4_096;

/** Stands between two alerts. */
const SEPARATOR = '\n\n';

/** What goes to one chat in one go; a text that is too long is several, of which the alerts are done with the last. */
export interface Message {
  /** The chat. */
  readonly chat: string;
  /** Texts to send, in order. */
  readonly texts: readonly string[];
  /** The alerts in it. */
  readonly alerts: readonly Alert[];
  /** Whether one of them is urgent. */
  readonly isUrgent: boolean;
}

/** Puts alerts of a chat and type together, in the order of the first of each message. */
export function composeMessages(alerts: readonly Alert[], maxEvents: number): Message[] {
  const open = new Map<string, Alert[]>();
  const groups: Alert[][] = [];
  for (const alert of alerts) {
    const name = JSON.stringify([alert.chat, alert.type]);
    const group = open.get(name);
    if (
      group !== undefined &&
      group.length < maxEvents &&
      lengthOf(group) + SEPARATOR.length + alert.text.length <= LONGEST
    ) {
      group.push(alert);
    } else {
      const begun = [alert];
      open.set(name, begun);
      groups.push(begun);
    }
  }
  return groups.map((group) => ({
    chat: group[0]?.chat ?? '',
    texts: splitText(group.map(({ text }) => text).join(SEPARATOR)),
    alerts: group,
    isUrgent: group.some(({ isUrgent }) => isUrgent),
  }));
}

function lengthOf(group: readonly Alert[]): number {
  return group.reduce((sum, { text }) => sum + text.length, (group.length - 1) * SEPARATOR.length);
}

/** Parts of at most 4 096 characters, cut at line ends where there are some, and never within a character. */
export function splitText(text: string): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > LONGEST) {
    const line = rest.lastIndexOf('\n', LONGEST);
    // A part of blanks would be refused.
    const isUseful = line > LONGEST / 2 && rest.slice(0, line).trim() !== '';
    const end = isUseful ? line : isPair(rest, LONGEST) ? LONGEST - 1 : LONGEST;
    parts.push(rest.slice(0, end));
    rest = rest.slice(isUseful ? end + 1 : end);
  }
  parts.push(rest);
  return parts.filter((part) => part.trim() !== '');
}

/** Whether a cut at this place would part the halves of one character. */
function isPair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
