import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of the Chromium of this machine, or of CHROMIUM; undefined when there is none. */
export const chromiumPath = [process.env['CHROMIUM'], ...PATHS].find((path) => path !== undefined && existsSync(path));

/** Starts it without a window. */
export function openBrowser(): Promise<Browser> {
  // Its own sandbox needs rights that a container does not give; the pages are our own.
  return chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
}
