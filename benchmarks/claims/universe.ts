import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { UniverseFilter } from 'tickwise/feed';
import type { Claim, ClaimGroup, Measured } from '../runner/claim.js';
import { recordingAt, recordingFolder } from './support/data-folder.js';
import { TRACKER } from './support/documents.js';
import { runProgram } from './support/run-program.js';
import { saving } from './support/saving.js';
import { UnavailableError } from './support/unavailable.js';

const SECONDS = 600;
const DERIBIT = 'options/deribit-btc-2026-08-01.csv';
const SPX = 'options/spx-chain-2026-07-31-a.csv.gz';

/** What a bot took, as the example prints it. */
interface Bot {
  readonly trades: number;
  readonly bytes: number;
  readonly busyMs: number;
}

/** What is read of the example's JSON. */
interface Session {
  readonly instruments: number;
  readonly everything: Bot;
  readonly universe: Bot;
  readonly isSame: boolean;
}

/** Rules of the example for what is worth following: the document's own, and a stricter one. */
type Rule = 'wide' | 'strict';

const sessions = new Map<Rule, Promise<Session>>();

/** One session of each rule for all claims: everything followed, and what the filter lets through. */
function play(rule: Rule): Promise<Session> {
  const known = sessions.get(rule);
  if (known !== undefined) return known;
  const folder = recordingFolder();
  const data = folder === undefined ? [] : ['--data', folder];
  const args = ['options-universe', '--seconds', String(SECONDS), '--rule', rule, '--json', ...data];
  // The report of the checkout's own example.
  const session = runProgram('example', args) as Promise<Session>;
  sessions.set(rule, session);
  return session;
}

/** Traded volume and open interest of every option of a recorded chain. */
function chain(name: string, volume: string): { readonly volume: number; readonly openInterest: number }[] {
  const path = recordingAt(name);
  if (path === undefined) throw new UnavailableError(`no ${name} in TICKWISE_DATA`);
  const bytes = readFileSync(path);
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const [head = '', ...lines] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const names = head.split(',');
  const cellOf = (cells: readonly string[], column: string): string => cells[names.indexOf(column)] ?? '';
  return lines
    .map((line) => line.split(','))
    .filter((cells) => !names.includes('kind') || cellOf(cells, 'kind') === 'option')
    .map((cells) => ({ volume: Number(cellOf(cells, volume)), openInterest: Number(cellOf(cells, 'open_interest')) }));
}

/** Options of a chain that the document's rule follows. */
function followed(rows: ReturnType<typeof chain>): number {
  const filter = new UniverseFilter<ReturnType<typeof chain>[number]>({
    enter: ({ volume, openInterest }) => volume > 1_000 || openInterest > 100,
  });
  for (const [index, row] of rows.entries()) filter.update(String(index), row);
  const kept = rows.filter(({ volume, openInterest }) => volume > 1_000 || openInterest > 100).length;
  if (filter.tracked.size !== kept) throw new Error(`${filter.tracked.size} followed, ${kept} are worth it`);
  return kept;
}

async function tracked(): Promise<Measured> {
  const [deribit, spx] = [chain(DERIBIT, 'volume_usd_24h'), chain(SPX, 'volume')];
  const beside = saving('of the S&P 500 chain', spx.length, followed(spx));
  const { value, text } = saving('options followed', deribit.length, followed(deribit));
  return { value, text: `${text}; the same rule on the S&P 500: ${beside.text}` };
}

async function compare(what: string, counter: (bot: Bot) => number): Promise<Measured> {
  const of = async (rule: Rule): Promise<Measured> => {
    const { everything, universe, isSame } = await play(rule);
    if (!isSame) throw new Error(`the filter changed the trades of the ${rule} rule`);
    return saving(what, counter(everything), counter(universe));
  };
  const { value, text } = await of('wide');
  return { value, text: `${text}; by the stricter rule ${(await of('strict')).text}` };
}

async function accuracy(): Promise<Measured> {
  const { universe, isSame } = await play('wide');
  return { value: isSame ? 1 : 0, text: isSame ? `all ${universe.trades} trades are the same` : 'the trades differ' };
}

const HOW = `${SECONDS} s of synthetic tickers of 2,114 options, made from the recorded Deribit chain (without recordings from a made-up one), one a second of each that is traded, every ten of others: a bot that follows all against a UniverseFilter in front of a SubscriptionHub, equal trades. Worth following by the document’s own rule: volume over 1,000 or open interest over 100. Beside it a stricter rule: volume of 20,000 (kept down to 5,000) and open interest of 20.`;
const MANY = 'the document’s rule keeps most of those that are traded every second; only a stricter one saves more';

function played(
  words: string,
  claim: string,
  promised: number,
  how: string,
  measure: Claim['measure'],
  figure = claim,
): Claim {
  const source = { document: TRACKER, words };
  return { source, claim, figure, how: `${HOW} ${how}`, promised: { atLeast: promised }, measure, reason: MANY };
}

const bytes = (): Promise<Measured> => compare('bytes of tickers', (bot) => bot.bytes);
const time = (): Promise<Measured> => compare('ms of the bot’s part', ({ busyMs }) => busyMs);

export default {
  title: 'a universe of which little is worth following',
  isShared: true,
  claims: [
    {
      source: { document: TRACKER, words: 'Tracked Options: 2,114 → 800-1,000 (50% reduction)' },
      claim: 'tracked instruments: 50 % fewer',
      how: 'UniverseFilter with the document’s own rule (volume over 1,000 or open interest over 100) on every option of the recorded Deribit chain of 2026-08-01.',
      promised: { atLeast: 0.5 },
      measure: tracked,
    },
    played(
      'Network: Can reduce from 4.8GB to ~1.2GB (75% savings)',
      'network of a tracker: 75 % less',
      0.75,
      'Payload bytes of tickers; a venue pushes what is subscribed.',
      bytes,
      'bytes of tickers',
    ),
    played('3.27GB → 1.5GB (55% reduction)', 'network, following less: 55 % less', 0.55, '', bytes, 'bytes of tickers'),
    played(
      'Processing Load: 50% reduction',
      'processing, following less: 50 % less',
      0.5,
      'Time in the bot’s own code.',
      time,
    ),
    {
      ...played('Maintain 100% accuracy for tracked options', 'accuracy of what is followed: 100 %', 1, '', accuracy),
      reason: 'the filter changed the trades',
    },
  ],
} satisfies ClaimGroup;
