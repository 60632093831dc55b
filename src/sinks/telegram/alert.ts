import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { isWellFormed } from '../row/well-formed.js';
import { isChat, type TelegramSinkSettings } from './telegram-sink-options.js';

/** An alert, read once. */
export interface Alert {
  /** Position in the batch. */
  readonly index: number;
  /** The chat, as text. */
  readonly chat: string;
  /** Only alerts of one type share a message. */
  readonly type: string;
  /** What the newest alert replaces, if anything. */
  readonly key: string | undefined;
  /** What it says. */
  readonly text: string;
  /** Whether it may go ahead of its chat's pace. */
  readonly isUrgent: boolean;
}

/** Reads an alert. @throws ArgumentError when it names no chat or says nothing; whatever a callback throws. */
export function readAlert<T>(row: T, index: number, settings: TelegramSinkSettings<T>): Alert {
  const { chat, text, type, key, isUrgent } = settings;
  const to = typeof chat === 'function' ? chat(row) : chat;
  if (!isChat(to)) throw new ArgumentError(`chat must return a chat's number or @name, got ${show(to)}`);
  const said: unknown = text(row);
  if (typeof said !== 'string' || said.trim() === '' || !isWellFormed(said)) {
    throw new ArgumentError(`text must return a well-formed text that is not blank, got ${show(said)}`);
  }
  return { index, chat: String(to), type: type(row), key: key(row), text: said, isUrgent: isUrgent(row) };
}

/** Leaves out the alerts that a newer one of the same chat and key follows. */
export function newestOfKeys(alerts: readonly Alert[]): Alert[] {
  const newest = new Map<string, Alert>();
  for (const alert of alerts) if (alert.key !== undefined) newest.set(JSON.stringify([alert.chat, alert.key]), alert);
  return alerts.filter(
    (alert) => alert.key === undefined || newest.get(JSON.stringify([alert.chat, alert.key])) === alert,
  );
}
