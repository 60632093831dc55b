import { SingleBar } from 'cli-progress';

/** Milliseconds between two looks at the bot. */
const INTERVAL = 100;

/** Milliseconds between two lines where there is no terminal: a long run should be seen to go on in a log. */
const LINE_INTERVAL = 30_000;

/**
 * Shows on stderr how far a bot is, until the handle is disposed: a bar, or in a log a line now and then.
 * @param percent Whole number from 0 to 100.
 */
export function showProgress(label: string, percent: () => number): Disposable {
  return process.stderr.isTTY ? showBar(label, percent) : writeLines(label, percent);
}

function writeLines(label: string, percent: () => number): Disposable {
  return every(LINE_INTERVAL, () => console.error(`${label}: ${percent()} %`));
}

function showBar(label: string, percent: () => number): Disposable {
  const bar = new SingleBar({
    format: `${label.padEnd(12)} {bar} {percentage} %  {duration} s`,
    stream: process.stderr,
    hideCursor: true,
  });
  bar.start(100, 0);
  const looking = every(INTERVAL, () => bar.update(percent()));
  return {
    [Symbol.dispose]() {
      looking[Symbol.dispose]();
      bar.stop();
    },
  };
}

function every(interval: number, look: () => void): Disposable {
  const timer = setInterval(look, interval);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
