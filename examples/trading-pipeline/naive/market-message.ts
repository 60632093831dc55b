/** Level changes: price and size as text, size `0` removes. */
export type Changes = readonly (readonly [price: string, size: string])[];

/** What a naive bot makes of one message of its venue. */
export type MarketMessage =
  | {
      readonly type: 'book';
      readonly isSnapshot: boolean;
      /** First and last update id, where the venue numbers its updates. */
      readonly first: number;
      readonly last: number;
      /** Last update id of the message before (Binance futures). */
      readonly previous: number;
      readonly bids: Changes;
      readonly asks: Changes;
    }
  | { readonly type: 'trades'; readonly sizes: readonly number[] }
  | {
      readonly type: 'quote';
      /** Undefined when the message does not tell, or it has not changed. */
      readonly bidSize: number | undefined;
      readonly askSize: number | undefined;
    }
  | { readonly type: 'ack' }
  | { readonly type: 'clock'; readonly at: number }
  | { readonly type: 'end' }
  | { readonly type: 'other' };

/** A message that the bot has no use for. */
export const OTHER: MarketMessage = Object.freeze({ type: 'other' });

/** Reads the replay's own messages: its clock marks and its end. */
export function readControl(message: unknown): MarketMessage {
  const { event, t } = message as { readonly event?: string; readonly t?: number };
  if (event === 'end') return { type: 'end' };
  return event === 'clock' && t !== undefined ? { type: 'clock', at: t } : OTHER;
}
