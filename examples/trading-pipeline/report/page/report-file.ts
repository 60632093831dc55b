import { constants } from 'node:fs';
import { access, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../user-error.js';

/**
 * Checks before a long replay that its report can be written.
 * @throws UserError when the folder is missing or closed, or the path is no file.
 */
export async function checkReportPath(path: string): Promise<void> {
  try {
    await access(dirname(resolve(path)), constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
  const existing = await stat(path).catch(() => undefined);
  if (existing !== undefined && !existing.isFile())
    throw new UserError(`cannot write the report to ${path}: not a file`);
}

/**
 * Puts the page in its place as a whole: whoever looks meanwhile sees the old page or the new one.
 * @throws UserError when it cannot be written; what was there before is then unchanged.
 */
export async function writeReport(path: string, page: string): Promise<void> {
  const draft = `${resolve(path)}.${process.pid}.draft`;
  try {
    await writeFile(draft, page, { flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {}); // the first failure is the one to tell
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): UserError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new UserError(`cannot write the report to ${path} (${reason})`, { cause: error });
}
