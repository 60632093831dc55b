import type { Page } from 'playwright-core';
import { bundlePage } from '../../../scripts/tools/page-bundle.js';

/** How a page is looked at. */
export interface View {
  /** Pixels of the window. */
  readonly width: number;
  /** What the visitor prefers. */
  readonly scheme: 'light' | 'dark';
}

/** Every page is looked at in each of these ways: on a desk and on a phone, by day and by night. */
export const VIEWS: readonly View[] = [1_400, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({ width, scheme })),
);

const program = bundlePage('test/integration/page/in-page/faults-page.ts');

/**
 * What is wrong with how a page looks: texts that overlap, are cut, leave the page, are under 11 pixels or hard to tell
 * from their ground. What is painted on a canvas is not seen.
 */
export async function findFaults(page: Page): Promise<string[]> {
  const width = page.viewportSize()?.width ?? 0;
  const height = await page.evaluate<number>('document.documentElement.scrollHeight');
  // All of it in the window: a browser says what lies at a point only there.
  await page.setViewportSize({ width, height: Math.ceil(height) });
  return page.evaluate<string[]>(`(() => { ${await program}; return findFaults(); })()`);
}
