import type { Regime } from '../models/regime.js';
import type { DecisionRow } from './rows.js';

/** What the owner of a bot wants to have explained: a trade. */
export interface Question {
  readonly symbol: string;
  readonly action: 1 | -1;
  readonly score: number;
  readonly regime: Regime;
  readonly price: number;
}

/** Stands where no explanation could be had. */
export const NO_REASON = 'nobody could be asked why.';

/** The question behind a decision, or `undefined` when it is not to trade. */
export function questionOf({ symbol, action, score, regime }: DecisionRow, price: number): Question | undefined {
  return action === 0 ? undefined : { symbol, action, score, regime, price };
}

/** The question as a chat completion API takes it. */
export function completionRequest({ symbol, action, score, regime, price }: Question): object {
  const trade = `${action > 0 ? 'buy' : 'sell'} ${symbol} at ${price}, score ${score}, market ${regime}`;
  const content = `Explain this trade to its owner in one sentence.\n${trade}`;
  return { model: 'explainer-1', temperature: 0, messages: [{ role: 'user', content }] };
}

/**
 * The text of an answer.
 * @throws Error when there is none.
 */
export async function completionText(response: Response): Promise<string> {
  if (!response.ok) throw new Error(`no explanation (status ${response.status})`);
  // The shape is the API's documentation.
  const { choices } = (await response.json()) as { choices: readonly { message: { content: string } }[] };
  if (choices[0] === undefined) throw new Error('an explanation without a choice');
  return choices[0].message.content;
}
