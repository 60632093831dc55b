import { SingleBar } from 'cli-progress';
import type { VenueHandle } from '../venue/index.js';

/** Milliseconds between two looks at the venue. */
const INTERVAL = 100;

/** Shows on stderr how far the replay is, until the handle is disposed. Silent when nobody watches. */
export function showProgress(label: string, venue: VenueHandle): Disposable {
  const bar = new SingleBar({
    format: `${label.padEnd(12)} {bar} {percentage} %  {duration} s`,
    stream: process.stderr,
    hideCursor: true,
  });
  if (process.stderr.isTTY) bar.start(100, 0);
  const look = (): void => {
    venue.progress().then(
      (share) => bar.update(Math.floor(share * 100)),
      () => {
        // The venue ended; whoever runs it says why.
      },
    );
  };
  const timer = process.stderr.isTTY ? setInterval(look, INTERVAL) : undefined;
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      bar.stop();
    },
  };
}
