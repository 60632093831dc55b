import type { Fault } from '../faults/fault.js';
import type { Frame, Venue } from '../recording/index.js';
import { beginsWithSnapshot } from './stream-book.js';

/** What happens to a frame on its way. */
export const SENT = 0;
export const WITHHELD = 1;
export const SENT_TWICE = 2;

/** Decides for every frame of a script what the faults make of it. */
export function fatesOf(frames: readonly Frame[], faults: readonly Fault[], venue: Venue): Uint8Array {
  const fates = new Uint8Array(frames.length);
  for (const { kind, from, to, symbol } of faults) {
    if (kind === 'silence') mark(WITHHELD);
    else if (kind === 'duplicate') mark(SENT_TWICE);
    else if (kind === 'gap') leaveOneOut();
    // The snapshot that it makes a bot ask for is what a venue with REST refuses.
    else if (kind === '429' && !beginsWithSnapshot(venue)) leaveOneOut();

    function mark(fate: number): void {
      for (const [index, { t }] of frames.entries()) if (t >= from && t < to) fates[index] = fate;
    }

    function leaveOneOut(): void {
      const first = frames.findIndex((frame) => frame.t >= from && frame.symbol === symbol && frame.stream === 'book');
      if (first !== -1) fates[first] = WITHHELD;
    }
  }
  return fates;
}
