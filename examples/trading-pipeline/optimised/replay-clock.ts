import { defineProtocol, type FeedEvent, type FeedEventOf, type FeedProtocol } from 'tickwise/feed';

/** The topic of the replay's own clock: its marks, and its end. The venue sends it unasked. */
export const CLOCK_TOPIC = 'clock';

/** The recording has reached a time, or its end. */
export type ClockEvent = FeedEventOf<'clock', { readonly at: number; readonly isEnd: boolean }>;

/** Adds the replay's clock to a venue's protocol. */
export function withReplayClock(protocol: FeedProtocol, url: string): FeedProtocol<FeedEvent | ClockEvent> {
  return defineProtocol<FeedEvent | ClockEvent>({
    ...protocol,
    url,
    urlFor: undefined,
    unasked: [...protocol.unasked, CLOCK_TOPIC],
    read: (message) => {
      const event = clockEvent(message);
      return event === undefined ? protocol.read(message) : { type: 'event', event };
    },
  });
}

function clockEvent(message: unknown): ClockEvent | undefined {
  if (typeof message !== 'object' || message === null || !('event' in message) || !('t' in message)) return undefined;
  const { event, t } = message;
  if ((event !== 'clock' && event !== 'end') || typeof t !== 'number') return undefined;
  return {
    kind: 'clock',
    topic: CLOCK_TOPIC,
    symbol: '',
    ts: t,
    items: [{ at: t, isEnd: event === 'end' }],
    raw: message,
  };
}
