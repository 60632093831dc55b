import type { DecisionRow } from './rows.js';

/** Something the owner of a bot wants to be told. */
export interface Alert {
  /** A position that is taken or given up, or a market in which none is taken. */
  readonly kind: 'trade' | 'risk';
  /** One line: when, which symbol, what, and why. */
  readonly text: string;
}

/** The chat for all alerts: a group. */
export const ALERT_CHAT = -1_001_234;

/** A token in the form of Telegram's. */
export const ALERT_TOKEN = '1234:loopback';

/** Tells what is worth an alert: what is different from the decision before. */
export class AlertWatch {
  readonly #last = new Map<string, DecisionRow>();

  /** Kinds of the alerts that a decision is worth. Ask once per decision, in order. */
  kindsOf(row: DecisionRow): Alert['kind'][] {
    const before = this.#last.get(row.symbol);
    this.#last.set(row.symbol, row);
    const kinds: Alert['kind'][] = [];
    if (row.regime === 'turbulent' && before?.regime !== 'turbulent') kinds.push('risk');
    if (row.action !== (before?.action ?? 0)) kinds.push('trade');
    return kinds;
  }
}

/** Writes an alert. `reason` explains a trade. */
export function alertOf(kind: Alert['kind'], { ts, symbol, action, reason: gate }: DecisionRow, reason: string): Alert {
  const head = `${new Date(ts).toISOString()} ${symbol} ${kind}: `;
  if (kind === 'risk') return { kind, text: `${head}the market has become turbulent` };
  return { kind, text: action === 0 ? `${head}out of the market (${gate})` : head + reason };
}

/** When what an alert tells was decided, epoch milliseconds, and what names it among all alerts. */
export function headOf(text: string): { readonly ts: number; readonly name: string; readonly isUrgent: boolean } {
  const [time = '', symbol = '', kind = ''] = text.split(' ', 3);
  return { ts: Date.parse(time), name: `${time} ${symbol} ${kind}`, isUrgent: kind === 'risk:' };
}
