import { JsonSeries } from 'tickwise/json';
import { SeriesRing } from 'tickwise/ring';
import type { ClaimGroup, Measured } from '../runner/claim.js';
import { PLATFORM } from './support/documents.js';
import { minuteBars, MINUTES_SOURCE } from './support/minutes.js';
import { mustEqual, saving } from './support/saving.js';

const BARS = 400;
const WINDOW = 200;

type Row = { readonly ts: number; readonly close: number; readonly volume: number };

/** Bytes for a client that shows a window of bars and hears of every new one. */
async function mobile(): Promise<Measured> {
  const [first] = minuteBars(1, BARS);
  if (first === undefined) throw new Error('there are no bars');
  const ring = new SeriesRing({ capacity: WINDOW, columns: { ts: 'f64', close: 'f64', volume: 'f64' } });
  const series = new JsonSeries(ring, { columns: ['ts', 'close', 'volume'] });
  let [whole, news] = [0, 0];
  let shown: Row[] = [];
  for (const { ts, close, volume } of first.bars) {
    ring.append(ts, close, volume);
    const all = series.stringify(Math.min(ring.size, WINDOW));
    const newest = series.stringify(1);
    whole += Buffer.byteLength(all);
    news += Buffer.byteLength(newest);
    // What the client makes of it: rows of the ring's columns come back.
    shown = [...shown, ...(JSON.parse(newest) as Row[])].slice(-WINDOW);
    mustEqual(JSON.parse(all), shown);
  }
  return saving(`bytes for ${first.bars.length} bars`, whole, news);
}

/** Bytes of the same window with the fields that a small screen shows. */
async function fields(): Promise<Measured> {
  const [first] = minuteBars(1, WINDOW);
  if (first === undefined) throw new Error('there are no bars');
  const ring = new SeriesRing({ capacity: WINDOW, columns: { ts: 'f64', close: 'f64', volume: 'f64' } });
  for (const { ts, close, volume } of first.bars) ring.append(ts, close, volume);
  const whole = new JsonSeries(ring, { columns: ['ts', 'close', 'volume'] }).stringify(ring.size);
  const some = new JsonSeries(ring, { columns: ['ts', 'close'] }).stringify(ring.size);
  mustEqual(
    (JSON.parse(whole) as Row[]).map(({ ts, close }) => ({ ts, close })),
    JSON.parse(some),
  );
  return saving('bytes', Buffer.byteLength(whole), Buffer.byteLength(some));
}

export default {
  title: 'what goes to clients',
  claims: [
    {
      source: { document: PLATFORM, words: '30% reduction in mobile data usage' },
      claim: 'mobile data: 30 % less',
      how: `A client that shows the last ${WINDOW} bars and hears of each of ${BARS}: ${MINUTES_SOURCE}. The whole window each time against its newest row from the same JsonSeries; the client’s window is compared after every bar.`,
      promised: { atLeast: 0.3 },
      measure: mobile,
    },
    {
      source: { document: PLATFORM, words: 'Reduces response size by 30-50%' },
      claim: 'responses with fewer fields: 30 % smaller',
      how: `${WINDOW} bars of ${MINUTES_SOURCE}: time, close and volume against time and close, columns of a JsonSeries.`,
      promised: { atLeast: 0.3 },
      measure: fields,
    },
  ],
} satisfies ClaimGroup;
