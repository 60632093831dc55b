import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pageOf } from '../../../examples/trading-pipeline/report/page/page.js';
import { sampleReport } from '../../examples/report/sample-report.js';
import { Chromium, type View } from './chromium.js';
import { COLOURS, contrastOf, PAIRS } from './contrast.js';
import { FIND_FAULTS } from './look.js';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `COIN${i}USDT`);

/** Reports that differ in what could run out of room. */
const REPORTS = {
  usual: [sampleReport()],
  'of seven symbols, the most with figures': [sampleReport({ symbols: names(7) })],
  'of forty symbols': [sampleReport({ symbols: names(40), name: 'a-name-'.repeat(20) })],
  'of two recordings': [sampleReport({ symbols: ['BTCUSDT'] }), sampleReport()],
};

const VIEWS = [1_400, 400].flatMap((width) => (['light', 'dark'] as const).map((scheme): View => ({ width, scheme })));

const path = Chromium.find();
let chromium: Chromium;
let folder: string;

beforeAll(async () => {
  if (path === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'tickwise-page-'));
  chromium = await Chromium.start(path);
}, 60_000);

beforeEach(({ skip }) => skip(path === undefined, 'Chromium is not installed'));

afterAll(async () => {
  if (path === undefined) return;
  await chromium.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.each(Object.entries(REPORTS))('a report %s', (name, reports) => {
  it.each(VIEWS)('can be read $width wide and $scheme: nothing overlaps, nothing is cut', async (view) => {
    const file = join(folder, `${name}.html`);
    await writeFile(file, pageOf(reports));

    await chromium.open(pathToFileURL(file).href, view);
    const faults = await chromium.run(FIND_FAULTS);
    // For whoever wants to look for himself.
    const pictures = process.env['TICKWISE_PICTURES'];
    if (pictures !== undefined)
      await writeFile(join(pictures, `${name}-${view.width}-${view.scheme}.png`), await chromium.picture());

    expect(faults).toEqual([]);
    expect(chromium.complaints).toEqual([]);
  });
});

describe('the look at a page', () => {
  it('finds labels that overlap, are cut or too small, and a page that is too wide', async () => {
    const label = (x: number, text: string, size = 12): string =>
      `<text x="${x}" y="20" font-size="${size}">${text}</text>`;
    const labels = [label(0, 'first'), label(10, 'second'), label(90, 'third'), label(60, 'tiny', 6)].join('');
    const file = join(folder, 'faulty.html');
    await writeFile(file, `<div style="width:500px"><svg width="100" height="40">${labels}</svg></div>`);

    await chromium.open(pathToFileURL(file).href, { width: 400, scheme: 'light' });
    const faults = (await chromium.run(FIND_FAULTS)) as string[];

    expect(faults).toEqual([
      expect.stringContaining('the page is 508 wide'),
      '"first" lies over "second"',
      '"third" leaves its chart',
      expect.stringContaining('"tiny" is too small'),
    ]);
  });
});

describe('the page', () => {
  it.each(['light', 'dark'] as const)('has enough contrast in %s', async (scheme) => {
    const file = join(folder, 'contrast.html');
    await writeFile(file, pageOf(REPORTS.usual));
    await chromium.open(pathToFileURL(file).href, { width: 1_400, scheme });

    const colours = (await chromium.run(COLOURS)) as Record<string, string>;

    for (const [text, ground] of PAIRS) {
      // WCAG AA for small text.
      expect(contrastOf(colours[text] ?? '', colours[ground] ?? ''), `${text} on ${ground}`).toBeGreaterThanOrEqual(
        4.5,
      );
    }
  });
});
