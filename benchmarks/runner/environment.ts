import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where and with what a benchmark ran. */
export interface Environment {
  readonly date: string;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Load average over one minute when the run started. Above 0, others shared the machine. */
  readonly load: number;
  /** Version of this package, and the commit, with `+` when files differ from it. */
  readonly tickwise: string;
  /** Versions of the peers by package name. */
  readonly peers: Readonly<Record<string, string>>;
}

/** Looks at the machine, this checkout, and the pinned peers of a folder of benchmarks. */
export async function readEnvironment(root: string, folder: string): Promise<Environment> {
  const [load = 0] = loadavg();
  return {
    date: new Date().toISOString(),
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Math.round(load * 100) / 100,
    tickwise: `${(await readPackage(root)).version ?? 'unknown'} (${await commit(root)})`,
    peers: (await readPackage(folder)).dependencies ?? {},
  };
}

interface PackageFile {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function readPackage(directory: string): Promise<PackageFile> {
  const text = await readFile(join(directory, 'package.json'), 'utf8').catch(() => '{}');
  // Files of this checkout, read for display only.
  return JSON.parse(text) as PackageFile;
}

async function commit(root: string): Promise<string> {
  const git = promisify(execFile);
  try {
    const { stdout } = await git('git', ['rev-parse', '--short', 'HEAD'], { cwd: root });
    const { stdout: changes } = await git('git', ['status', '--porcelain', 'src'], { cwd: root });
    return stdout.trim() + (changes === '' ? '' : '+');
  } catch {
    return 'no commit';
  }
}
