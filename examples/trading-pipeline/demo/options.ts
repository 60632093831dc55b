import { Command, InvalidArgumentError, Option } from 'commander';
import type { Speed } from '../venue/index.js';

/** What the user asked for. */
export interface DemoOptions {
  /** Folder with recordings; without one the session is synthetic. */
  readonly data: string | undefined;
  readonly recording: string | undefined;
  /** A number of symbols, or their names. */
  readonly symbols: string | undefined;
  readonly models: string;
  readonly mode: 'exact';
  /** Milliseconds. */
  readonly bar: number;
  readonly speed: Speed;
  readonly seed: number;
  /** Seconds of market time of a synthetic session. */
  readonly seconds: number;
  readonly json: boolean;
  /** File to write the report to as a web page. */
  readonly report: string | undefined;
  /** Folder to keep the two databases in. */
  readonly keep: string | undefined;
}

/** Longest bar: a decision a minute. */
const LONGEST_BAR = 60_000;
const LONGEST_SESSION = 7_200;

/** Reads the command line. A wrong option ends the process with one sentence. */
export function readCommandLine(argv: readonly string[], environment: NodeJS.ProcessEnv): DemoOptions {
  const command = new Command('npm run demo --')
    .description(
      'Runs a trading bot twice on the same market data, written the usual way and written with tickwise,\n' +
        'checks that both give the same signals, books and rows, and shows what each costs.',
    )
    .option('--data <folder>', 'folder with recordings (default: TICKWISE_DATA; without it a synthetic session)')
    .option('--recording <name>', 'one recording of that folder, or `all` (default: the largest of each venue)')
    .option('--symbols <list>', 'how many symbols, or their names separated by commas (default: all)')
    .option('--models <list>', 'how many models, or their names separated by commas', '3')
    .addOption(
      new Option('--mode <mode>', 'exact: only work with unchanged inputs may be skipped')
        .choices(['exact'])
        .default('exact'),
    )
    .option('--bar <ms>', 'length of a bar in milliseconds', wholeNumber(10, LONGEST_BAR), 100)
    .option('--speed <factor>', '`max`, or a multiple of real time', readSpeed, 'max')
    .option('--seed <number>', 'seed of the synthetic session', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--seconds <number>', 'length of the synthetic session', wholeNumber(30, LONGEST_SESSION), 60)
    .option('--keep <folder>', 'keep the two databases in this folder')
    .option('--report <file.html>', 'write the report as a web page with charts, in one file')
    .option('--json', 'print the report as one JSON object', false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '')) })
    .showSuggestionAfterError();
  const options = command.parse([...argv], { from: 'user' }).opts<DemoOptions>();
  return { ...options, data: options.data ?? (environment['TICKWISE_DATA'] || undefined) };
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
  };
}

function readSpeed(text: string): Speed {
  const factor = Number(text);
  if (text === 'max') return 'max';
  if (text.trim() !== '' && factor > 0 && factor < Infinity) return factor;
  throw new InvalidArgumentError('It takes `max` or a number above 0.');
}
