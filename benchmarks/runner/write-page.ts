import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from './page.js';

/** Writes the page of a run to `<folder>/results/report.html` as a whole, and returns the path. */
export async function writePage(folder: string, run: Run): Promise<string> {
  // Drawing takes longer to load than all the rest.
  const { renderPage } = await import('./page.js');
  const path = join(folder, 'results', 'report.html');
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, renderPage(run));
  await rename(draft, path);
  return path;
}
