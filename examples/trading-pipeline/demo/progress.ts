import { SingleBar } from 'cli-progress';
import type { VenueHandle } from '../venue/index.js';

/** Milliseconds between two looks at the venue. */
const INTERVAL = 100;

/** Milliseconds between two lines where there is no terminal: a long run should be seen to go on in a log. */
const LINE_INTERVAL = 30_000;

/** Shows on stderr how far the replay is, until the handle is disposed: a bar, or in a log a line now and then. */
export function showProgress(label: string, venue: VenueHandle): Disposable {
  return process.stderr.isTTY ? showBar(label, venue) : writeLines(label, venue);
}

function writeLines(label: string, venue: VenueHandle): Disposable {
  return every(LINE_INTERVAL, venue, (share) => console.error(`${label}: ${Math.floor(share * 100)} %`));
}

function showBar(label: string, venue: VenueHandle): Disposable {
  const bar = new SingleBar({
    format: `${label.padEnd(12)} {bar} {percentage} %  {duration} s`,
    stream: process.stderr,
    hideCursor: true,
  });
  bar.start(100, 0);
  const looking = every(INTERVAL, venue, (share) => bar.update(Math.floor(share * 100)));
  return {
    [Symbol.dispose]() {
      looking[Symbol.dispose]();
      bar.stop();
    },
  };
}

/** Asks the venue how far it is, again and again. */
function every(interval: number, venue: VenueHandle, show: (share: number) => void): Disposable {
  const timer = setInterval(() => {
    venue.progress().then(show, () => {
      // The venue ended; whoever runs it says why.
    });
  }, interval);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
