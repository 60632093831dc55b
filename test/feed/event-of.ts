import { expect } from 'vitest';
import type { FeedProtocol } from 'tickwise/feed';

/** Reads one frame and gives the event without the frame, or what else it means. */
export function eventOf(protocol: FeedProtocol, message: unknown): unknown {
  const incoming = protocol.read(message);
  if (incoming.type !== 'event') return incoming;
  const { raw, ...event } = incoming.event;
  expect(raw).toBe(message);
  return event;
}

/** Matches the error of a frame of the wrong form. */
export const CORRUPT = expect.objectContaining({ code: 'ERR_CORRUPT_DATA' }) as Error;
