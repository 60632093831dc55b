import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pageOf } from '../../../examples/trading-pipeline/report/page/page.js';
import { faultyReport, sampleReport, tolerantReport } from '../../examples/report/sample-report.js';
import { chromiumPath, keepPicture, openBrowser, openPage, type WatchedPage } from './browser.js';
import { findFaults, VIEWS, type View } from './look.js';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `COIN${i}USDT`);

/** Reports that differ in what could run out of room. */
const REPORTS = {
  usual: [sampleReport()],
  'of seven symbols, the most with figures': [sampleReport({ symbols: names(7) })],
  'of forty symbols': [sampleReport({ symbols: names(40), name: 'a-name-'.repeat(20) })],
  'of two recordings': [sampleReport({ symbols: ['BTCUSDT'] }), sampleReport()],
  'with services, in mode tolerant': [tolerantReport()],
  'with faults': [faultyReport()],
};

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tickwise-page-'));
    browser = await openBrowser();
  });
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(Object.entries(REPORTS))('a report %s', (name, reports) => {
    it.each(VIEWS)('can be read $width wide and $scheme: nothing overlaps, is cut, small or pale', async (view) => {
      const { page, complaints } = await open(pageOf(reports), view);

      await keepPicture(page, `report ${name} ${view.width} ${view.scheme}`);
      expect(await findFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  });

  describe('the look at a page', () => {
    it('finds labels of a drawing that overlap, are cut or too small, and a page that is too wide', async () => {
      const label = (x: number, text: string, size = 12): string =>
        `<text x="${x}" y="20" font-size="${size}">${text}</text>`;
      const labels = [label(0, 'first'), label(10, 'second'), label(90, 'third'), label(60, 'tiny', 6)].join('');
      const { page } = await open(`<div style="width:500px"><svg width="100" height="40">${labels}</svg></div>`);

      expect(await findFaults(page)).toEqual([
        expect.stringContaining('the page is 508 wide'),
        '"third" is cut off',
        expect.stringContaining('"tiny" is too small'),
        '"first" lies over "second"',
      ]);
    });

    it.each([
      ['pale letters', '<p style="color:#aaa">pale</p>', '"pale" has too little contrast'],
      ['letters that shine through', '<p style="opacity:.3">pale</p>', '"pale" has too little contrast'],
      ['a ground like the letters', '<div style="background:#333"><b>dark</b></div>', '"dark" has too little contrast'],
      [
        'letters on a shape of a drawing',
        '<svg height="40"><rect width="99" height="40" fill="#444"/><text y="20">dark</text></svg>',
        '"dark" has too little contrast',
      ],
      [
        'a text that its frame cuts off',
        '<div style="width:50px;overflow:hidden;white-space:nowrap">a long sentence</div>',
        '"a long sentence" is cut off',
      ],
      ['paragraphs on top of one another', '<p>one</p><p style="margin-top:-30px">two</p>', '"one" lies over "two"'],
    ])('finds %s', async (_, body, fault) => {
      const { page } = await open(`<body style="color:#000">${body}`);

      expect(await findFaults(page)).toContainEqual(expect.stringContaining(fault));
    });

    it('lets pass what can be scrolled to, and what is hidden', async () => {
      const { page } = await open(
        `<div style="width:50px;overflow-x:auto;white-space:nowrap">a long sentence</div>
         <p style="visibility:hidden;font-size:2px">nobody sees this</p>`,
      );

      expect(await findFaults(page)).toEqual([]);
    });
  });

  async function open(html: string, view: View = { width: 400, scheme: 'light' }): Promise<WatchedPage> {
    const file = join(folder, 'page.html');
    await writeFile(file, html);
    return openPage(browser, pathToFileURL(file).href, view);
  }
});
