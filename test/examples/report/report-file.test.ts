import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkReportPath, writeReport } from '../../../examples/trading-pipeline/report/page/report-file.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-report-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the file of a report', () => {
  it('replaces the page that was there, and leaves nothing beside it', async () => {
    const path = join(folder, 'page.html');
    await writeFile(path, 'old');

    await checkReportPath(path);
    await writeReport(path, 'new');

    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['page.html']);
  });

  it('is refused before the replay when its folder is missing', async () => {
    const path = join(folder, 'nowhere', 'page.html');

    await expect(checkReportPath(path)).rejects.toThrow(`cannot write the report to ${path} (ENOENT)`);
  });

  it('is refused before the replay when the path is a folder', async () => {
    await expect(checkReportPath(folder)).rejects.toThrow('not a file');
  });

  it('leaves no draft when it cannot take its place', async () => {
    const path = join(folder, 'taken');
    await mkdir(path);

    await expect(writeReport(path, 'page')).rejects.toThrow('cannot write the report to');

    expect(await readdir(folder)).toEqual(['taken']);
  });
});
