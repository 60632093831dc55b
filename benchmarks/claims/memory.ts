import { SeriesRing } from 'tickwise/ring';
import type { ClaimGroup, Measured } from '../runner/claim.js';
import { CENTRAL, SIGNALS } from './support/documents.js';
import { heldBytes } from './support/held-bytes.js';
import { minuteBars, MINUTES_SOURCE } from './support/minutes.js';
import { mustEqual, saving } from './support/saving.js';

const SYMBOLS = 20;
const BARS = 1_000;
const MODELS = 3;

interface Bar {
  readonly ts: number;
  readonly close: number;
  readonly volume: number;
}

type Bars = readonly (readonly Bar[])[];

/** Rows as a bot pushes them into an array when it has parsed them: an object each, with numbers of its own. */
function copied(texts: readonly (readonly string[])[]): Bar[][] {
  return texts.map((each) => {
    const history: Bar[] = [];
    // What was written from bars comes back.
    for (const text of each) history.push(JSON.parse(text) as Bar);
    return history;
  });
}

function ringsOf(bars: Bars) {
  return bars.map((each) => {
    const ring = new SeriesRing({ capacity: BARS, columns: { ts: 'f64', close: 'f64', volume: 'f64' } });
    for (const { ts, close, volume } of each) ring.append(ts, close, volume);
    return ring;
  });
}

function rowsOf(rings: ReturnType<typeof ringsOf>): unknown[][] {
  return rings.map((ring) => Array.from({ length: ring.size }, (_, i) => ring.row(i)));
}

function input(): Bars {
  return minuteBars(SYMBOLS, BARS).map(({ bars }) => bars);
}

/** The bars as a venue sends them. */
function textsOf(bars: Bars): string[][] {
  return bars.map((each) => each.map(({ ts, close, volume }) => JSON.stringify({ ts, close, volume })));
}

/** Every model keeps all histories, or all read the same rings. */
async function histories(): Promise<Measured> {
  const bars = input();
  const texts = textsOf(bars);
  const usual = heldBytes(() => Array.from({ length: MODELS }, () => copied(texts)));
  const ours = heldBytes(() => ringsOf(bars));
  for (const history of usual.held) mustEqual(history, rowsOf(ours.held));
  return saving('bytes', usual.bytes, ours.bytes);
}

/** One history as objects, or as columns. */
async function columns(): Promise<Measured> {
  const bars = input();
  const texts = textsOf(bars);
  const usual = heldBytes(() => copied(texts));
  const ours = heldBytes(() => ringsOf(bars));
  mustEqual(usual.held, rowsOf(ours.held));
  return saving('bytes', usual.bytes, ours.bytes);
}

const INPUT = `${BARS} bars each of up to ${SYMBOLS} pairs of ${MINUTES_SOURCE}, three numbers a bar; heap and buffers after garbage collection.`;

export default {
  title: 'what histories take',
  claims: [
    {
      source: { document: CENTRAL, words: '67% memory usage reduction' },
      claim: 'memory of histories: 67 % less',
      how: `${INPUT} ${MODELS} models with arrays of their own against one SeriesRing per symbol for all; equal rows.`,
      promised: { atLeast: 0.67 },
      measure: histories,
    },
    {
      source: { document: SIGNALS, words: '40-60% reduction in memory usage' },
      claim: 'memory of rows: 40 % less',
      how: `${INPUT} One array of objects against one SeriesRing per symbol, all in full precision; equal rows.`,
      promised: { atLeast: 0.4 },
      measure: columns,
    },
  ],
} satisfies ClaimGroup;
