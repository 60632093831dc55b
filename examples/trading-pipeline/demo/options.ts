import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { FAULT_KINDS } from '../faults/fault.js';
import type { Mode } from '../bot/job.js';
import type { Speed } from '../venue/index.js';

/** What the user asked for. */
export interface DemoOptions {
  /** Folder with recordings; without one the session is synthetic. */
  readonly data: string | undefined;
  readonly recording: string | undefined;
  /** File of one-minute bars to play instead. */
  readonly bars: string | undefined;
  /** A number of symbols, or their names. */
  readonly symbols: string | undefined;
  readonly models: string;
  readonly mode: Mode;
  /** Share of the usual times for which mode `tolerant` serves a result. */
  readonly ttlScale: number;
  /** Whether trades are explained and alerts sent. */
  readonly services: boolean;
  /** Milliseconds; undefined for a length that suits the recording. */
  readonly bar: number | undefined;
  /** Threads for the models of the optimised version. */
  readonly workers: number | undefined;
  readonly speed: Speed;
  readonly seed: number;
  /** Seconds of market time of a synthetic session, or to play of the bars. */
  readonly seconds: number | undefined;
  readonly json: boolean;
  /** File to write the report to as a web page. */
  readonly report: string | undefined;
  /** Address of a Postgres server; without one each version writes a DuckDB file. */
  readonly database: string | undefined;
  /** Address of a Redis that keeps explanations over restarts; without one they are in memory. */
  readonly cache: string | undefined;
  /** Names of faults, separated by commas. */
  readonly faults: string | undefined;
  /** Folder to keep the two databases in. */
  readonly keep: string | undefined;
  /** Port of the dashboard; without one both versions run and are compared. */
  readonly dashboard: number | undefined;
}

/** Port of the dashboard when none is named. */
const DASHBOARD_PORT = '4650';

/** A dashboard is watched: ten times real time, and a synthetic session for two minutes. */
const WATCHED = { speed: 10, seconds: 1_200 };

/** What only a comparison of both versions can do. */
const NOT_WATCHED = ['services', 'cache', 'workers', 'faults', 'database', 'keep', 'report', 'json'];

/** Longest bar: a decision a minute. */
const LONGEST_BAR = 60_000;
const LONGEST_SESSION = 366 * 86_400;
const LAST_PORT = 65_535;
const MOST_WORKERS = 64;
const LARGEST_SCALE = 1_000;

/** Reads the command line. A wrong option ends the process with one sentence. */
export function readCommandLine(argv: readonly string[], environment: NodeJS.ProcessEnv): DemoOptions {
  const command = new Command(environment['TICKWISE_COMMAND'] ?? 'npm run demo --')
    .description(
      'Runs a trading bot twice on the same market data, written the usual way and written with tickwise,\n' +
        'checks that both give the same signals, books and rows, and shows what each costs.',
    )
    .option('--data <folder>', 'folder with recordings (default: TICKWISE_DATA; without it a synthetic session)')
    .option('--recording <name>', 'one recording of that folder, or `all` (default: the largest of each venue)')
    .option('--bars <file>', 'play a CSV of one-minute bars (ts_ms,symbol,open,high,low,close,volume; .gz too)')
    .option('--symbols <list>', 'how many symbols, or their names separated by commas (default: all)')
    .option('--models <list>', 'how many models, or their names separated by commas', '3')
    .addOption(
      new Option(
        '--mode <mode>',
        'exact: only work with unchanged inputs may be skipped; tolerant: also nearly the same',
      )
        .choices(['exact', 'tolerant'])
        .default('exact'),
    )
    .option(
      '--ttl-scale <factor>',
      'mode tolerant: times for which results are served, as a share of the usual',
      readScale,
      1,
    )
    .option('--services', 'also ask a language model to explain trades and send alerts, both simulated here', false)
    .option(
      '--bar <ms>',
      'length of a bar in milliseconds (default: 100; 10 under 28 s, 1000 from half an hour, 60000 with --bars)',
      wholeNumber(10, LONGEST_BAR),
    )
    .option(
      '--workers [number]',
      'run the models of the optimised version in worker threads (default: one for each core but one)',
      wholeNumber(1, MOST_WORKERS),
    )
    .option('--speed <factor>', '`max`, or a multiple of real time', readSpeed, 'max')
    .option('--seed <number>', 'seed of the synthetic session', wholeNumber(0, 2 ** 32 - 1), 1)
    .option(
      '--seconds <number>',
      'length of the synthetic session, up to two hours (default: 60), or of --bars (default: all)',
      wholeNumber(30, LONGEST_SESSION),
    )
    .option('--database <url>', 'store in a Postgres, postgres://user@host/name (default: a DuckDB file)')
    .option(
      '--cache <url>',
      'keep explanations of tickwise in a Redis, redis://host:6379, over restarts; brings --services along',
    )
    .option(
      '--faults <list>',
      `what goes wrong, separated by commas, or \`all\`: ${FAULT_KINDS.join(', ')}; reasoning-down brings --services along`,
    )
    .option('--keep <folder>', 'keep the two databases in this folder')
    .option('--report <file.html>', 'write the report as a web page with charts, in one file')
    .addOption(
      new Option('--dashboard [port]', 'show the version written with tickwise in a browser while it runs')
        .preset(DASHBOARD_PORT)
        .argParser(wholeNumber(0, LAST_PORT)),
    )
    .option('--json', 'print the report as one JSON object', false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '')) })
    .showSuggestionAfterError();
  const options = command
    .parse([...argv], { from: 'user' })
    .opts<Omit<DemoOptions, 'workers'> & { readonly workers?: number | true }>();
  const { data, workers, dashboard, bars } = options;
  if (dashboard !== undefined) refuse(command, NOT_WATCHED);
  return {
    ...options,
    ...(dashboard !== undefined && unsaid(command, bars === undefined ? WATCHED : { speed: WATCHED.speed })),
    data: data ?? (environment['TICKWISE_DATA'] || undefined),
    workers: workers === true ? Math.max(1, availableParallelism() - 1) : workers,
  };
}

/** Ends the process with one sentence when the user asks for what does not go with a dashboard. */
function refuse(command: Command, names: readonly string[]): void {
  const refused = names.filter((name) => command.getOptionValueSource(name) === 'cli').map((name) => `--${name}`);
  if (refused.length === 0) return;
  command.error(`--dashboard shows one version and compares nothing: leave out ${refused.join(', ')}`);
}

/** The values of those options that the user said nothing of. */
function unsaid(command: Command, values: Partial<DemoOptions>): Partial<DemoOptions> {
  const open = Object.entries(values).filter(([name]) => command.getOptionValueSource(name) !== 'cli');
  return Object.fromEntries(open);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
  };
}

function readScale(text: string): number {
  const factor = Number(text);
  if (text.trim() !== '' && factor > 0 && factor <= LARGEST_SCALE) return factor;
  throw new InvalidArgumentError(`It takes a number above 0 and up to ${LARGEST_SCALE}.`);
}

function readSpeed(text: string): Speed {
  const factor = Number(text);
  if (text === 'max') return 'max';
  if (text.trim() !== '' && factor > 0 && factor < Infinity) return factor;
  throw new InvalidArgumentError('It takes `max` or a number above 0.');
}
