import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { View } from './look.js';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of the Chromium of this machine, or of TICKWISE_TEST_CHROMIUM; undefined when there is none. */
export const chromiumPath = [process.env['TICKWISE_TEST_CHROMIUM'], ...PATHS].find(
  (path) => path !== undefined && existsSync(path),
);

/** Starts it without a window. */
export function openBrowser(): Promise<Browser> {
  // Its own sandbox needs rights that a container does not give; the pages are our own.
  return chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
}

/** A page, and what its console has complained of. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens an address. */
export async function openPage(browser: Browser, url: string, { width, scheme }: View): Promise<WatchedPage> {
  const page = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}

/** Keeps a picture of the whole page in the folder of TICKWISE_PICTURES, for whoever wants to look for himself. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['TICKWISE_PICTURES'];
  if (folder === undefined) return;
  await writeFile(join(folder, `${name.replaceAll(/\W+/g, '-')}.png`), await page.screenshot({ fullPage: true }));
}
