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
  const { text, type, key, isUrgent } = settings;
  const chat = chatOf(row, settings);
  const said: unknown = text(row);
  if (typeof said !== 'string' || said.trim() === '' || !isWellFormed(said)) {
    throw new ArgumentError(`text must return a well-formed text that is not blank, got ${show(said)}`);
  }
  return { index, chat, type: type(row), key: key(row), text: said, isUrgent: isUrgent(row) };
}

/** The chat an alert is for, as text. @throws ArgumentError when it is none; whatever the callback throws. */
export function chatOf<T>(row: T, { chat }: TelegramSinkSettings<T>): string {
  const to = typeof chat === 'function' ? chat(row) : chat;
  if (!isChat(to)) throw new ArgumentError(`chat must return a chat's number or @name, got ${show(to)}`);
  return String(to);
}

/** What tells an alert's key from the same of another chat; undefined without a key. */
export function chatKey(chat: string, key: string | undefined): string | undefined {
  return key === undefined ? undefined : JSON.stringify([chat, key]);
}

/** Parts the alerts that a newer one of the same chat and key follows from the others. */
export function newestOfKeys(all: readonly Alert[]): { readonly alerts: Alert[]; readonly superseded: Alert[] } {
  const newest = new Map<string | undefined, Alert>();
  for (const alert of all) newest.set(chatKey(alert.chat, alert.key), alert);
  const alerts: Alert[] = [];
  const superseded: Alert[] = [];
  for (const alert of all) {
    const key = chatKey(alert.chat, alert.key);
    (key === undefined || newest.get(key) === alert ? alerts : superseded).push(alert);
  }
  return { alerts, superseded };
}
