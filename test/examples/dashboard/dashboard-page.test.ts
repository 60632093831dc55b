import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DashboardServer } from '../../../examples/trading-pipeline/dashboard/dashboard-server.js';
import { bundlePage } from '../../../scripts/tools/page-bundle.js';
import { chromiumPath, keepPicture, openBrowser, openPage } from '../../integration/page/browser.js';
import { findFaults, VIEWS, type View } from '../../integration/page/look.js';
import { session, update } from './live-samples.js';

const SECOND = 1_000;

describe.skipIf(chromiumPath === undefined)('the dashboard in a browser', { timeout: 60 * SECOND }, () => {
  let browser: Browser;
  let script: string;
  let server: DashboardServer;
  let troubles: readonly string[];

  beforeAll(async () => {
    script = await bundlePage('examples/trading-pipeline/dashboard/page/dashboard-page.ts');
    browser = await openBrowser();
  }, 60 * SECOND);

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server[Symbol.asyncDispose]();
  });
  afterAll(() => browser?.close());

  it('shows the session, its prices, opinions, savings and correlations, without a complaint', async () => {
    const page = await open(await listen());
    server.show(update(0, 50));

    await expect.poll(() => textOf(page, '#time')).toBe('2025-01-06 00:00:04.9');
    expect(await textOf(page, '#status')).toBe('Live');
    expect(await page.locator('#symbols h3').allTextContents()).toEqual(session.symbols);
    expect(await page.locator('#symbols strong').allTextContents()).toEqual(['60049.00', '2595.100']);
    expect(await page.locator('#symbols .chips').first().textContent()).toBe('▲ ppo: buy• genetic: hold');
    expect(await page.locator('#saved .big').allTextContents()).toEqual(['150', '500', '50']);
    expect(await page.locator('#correlation td').allTextContents()).toEqual(['1.00', '-0.50', '-0.50', '1.00']);
    expect(await page.locator('#queue .legend span').allTextContents()).toEqual([
      'rows waiting 0',
      'batches being written 1',
    ]);
    expect(await page.locator('#lag .legend span').allTextContents()).toEqual([
      'to store the oldest row 0',
      'to decide on the oldest bar 200',
    ]);
    expect(await page.locator('#symbols canvas').count()).toBeGreaterThan(0);
    expect(troubles).toEqual([]);
  });

  it('shows names as text, whatever is in them', async () => {
    const page = await open(await listen());
    server.show(update(0));

    await expect.poll(() => page.locator('#symbols h3').count()).toBe(2);
    expect(await page.locator('#symbols h3 b, #correlation b').count()).toBe(0);
  });

  it('moves', async () => {
    const page = await open(await listen());
    server.show(update(0, 10));
    await expect.poll(() => textOf(page, '#saved .big')).toBe('30');
    const before = await page.locator('#symbols .chart').first().screenshot();
    server.show(update(10, 40));

    await expect.poll(() => textOf(page, '#saved .big')).toBe('150');
    await expect
      .poll(async () => before.equals(await page.locator('#symbols .chart').first().screenshot()))
      .toBe(false);
    expect(troubles).toEqual([]);
  });

  it('goes on when the server comes back', async () => {
    const { port } = await listen();
    const page = await open(server);
    server.show(update(0, 10));
    await expect.poll(() => textOf(page, '#saved .big')).toBe('30');
    await server[Symbol.asyncDispose]();
    await expect.poll(() => textOf(page, '#status')).toBe('The bot does not answer; trying again');

    await listen(port);
    server.show(update(100, 10));

    await expect.poll(() => textOf(page, '#status'), { timeout: 20 * SECOND }).toBe('Live');
    await expect.poll(() => textOf(page, '#saved .big')).toBe('330');
    expect(await page.locator('#symbols .card').count()).toBe(2);
  });

  it('draws while thousands of updates come, and shows the newest of them', async () => {
    const page = await open(await listen());
    const waves = ['2025-01-06 00:01:39.9', '2025-01-06 00:03:19.9', '2025-01-06 00:04:59.9'];
    for (const [wave, newest] of waves.entries()) {
      for (let boundary = wave * 1_000; boundary < (wave + 1) * 1_000; boundary++) server.show(update(boundary));

      await expect.poll(() => textOf(page, '#time'), { timeout: 20 * SECOND }).toBe(newest);
    }

    expect(await textOf(page, '#saved .big')).toBe('9,000');
    expect(troubles).toEqual([]);
  });

  it('says when the session is over', async () => {
    const page = await open(await listen());
    server.show(update(0, 10));
    server.end();

    await expect.poll(() => textOf(page, '#status')).toBe('The session is over');
  });

  it.each(VIEWS)('can be read $width wide and $scheme: nothing overlaps, is cut, small or pale', async (view) => {
    const page = await open(await listen(), view);
    server.show(update(0, 300));
    await expect.poll(() => textOf(page, '#time')).toBe('2025-01-06 00:00:29.9');

    await keepPicture(page, `dashboard ${view.width} ${view.scheme}`);
    expect(await findFaults(page)).toEqual([]);
  });

  async function listen(port = 0): Promise<DashboardServer> {
    server = await DashboardServer.listen({ port, session, script });
    return server;
  }

  async function open({ url }: DashboardServer, view: View = { width: 1_280, scheme: 'light' }): Promise<Page> {
    const watched = await openPage(browser, url, view);
    troubles = watched.complaints;
    return watched.page;
  }
});

function textOf(page: Page, selector: string): Promise<string | null> {
  return page.locator(selector).first().textContent();
}
