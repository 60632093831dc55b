import { execFileSync } from 'node:child_process';

/**
 * Lets no file of a process grow beyond so many bytes, as a quota or a full disk does: what fits is written, and then
 * writes fail with EFBIG. Other than mounting a small disk this needs no rights.
 * @returns whether the system can do that.
 */
export function limitFiles(pid: number | undefined, bytes: number | 'unlimited'): boolean {
  if (pid === undefined || process.platform !== 'linux') return false;
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`], { stdio: 'ignore' });
    return true;
  } catch {
    // There is no such program, or the process has ended.
    return false;
  }
}
