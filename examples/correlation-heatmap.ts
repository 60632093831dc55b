/*
 * Correlations of several hundred stocks, kept up to date bar by bar, as a heat map in one HTML page that plays them.
 *
 * Reads the daily closes of recordings (`--data <folder>`, or TICKWISE_DATA); without, makes a session from a seed.
 * Run: npm run example -- correlation-heatmap --out heatmap.html
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { recordedCloses, syntheticCloses } from './heatmap/closes.js';
import { film } from './heatmap/film.js';
import { pageOf } from './heatmap/page.js';

const { values } = parseArgs({
  options: { data: { type: 'string' }, out: { type: 'string' }, window: { type: 'string', default: '60' } },
});
const folder = values.data ?? process.env['TICKWISE_DATA'];
const recorded = folder === undefined ? undefined : recordedCloses(folder);
const closes = recorded ?? syntheticCloses();
if (folder !== undefined && recorded === undefined) console.log(`no daily closes in ${folder}`);

const start = performance.now();
const played = film(closes, Number(values.window));
const took = performance.now() - start;
const page = resolve(values.out ?? join(mkdtempSync(join(tmpdir(), 'tickwise-')), 'heatmap.html'));
mkdirSync(dirname(page), { recursive: true });
writeFileSync(page, pageOf(played));

const { symbols, frames } = played;
console.log(`${closes.source}: ${symbols.length} symbols, ${frames.length} bars, ${took.toFixed(0)} ms`);
console.log(
  'strongest at the end',
  frames
    .at(-1)
    ?.top.map(([a, b, value]) => `${a}/${b} ${value}`)
    .join(', '),
);
console.log(`open ${page}`);
