import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Installs the peers when their lock file is not the installed one. Says so on stderr, for it takes a while. */
export async function installPeers(folder: string): Promise<void> {
  const lock = await readFile(join(folder, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const marker = join(folder, 'node_modules', '.installed-lock');
  if ((await readFile(marker, 'utf8').catch(() => '')) === wanted) return;
  process.stderr.write('installing the packages to compare with …\n');
  await execute('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  await mkdir(dirname(marker), { recursive: true }); // not there when there was nothing to install
  await writeFile(marker, wanted);
}

/**
 * Builds this package from its sources, unless that is done, and lets benchmarks import it by its name.
 *
 * Into a folder of its own: `dist/` may be missing, old, or just being rewritten by somebody else.
 */
export async function providePackage(root: string, folder: string): Promise<void> {
  const built = join(root, 'build', 'tickwise');
  const marker = join(built, 'package.json');
  const inputs = ['src', 'package.json', 'tsup.config.ts'].map((name) => join(root, name));
  const newest = Math.max(...(await Promise.all(inputs.map(newestChange))));
  if (!existsSync(marker) || (await stat(marker)).mtimeMs < newest) await buildPackage(root, built);
  const link = join(folder, 'build', 'node_modules', 'tickwise');
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { recursive: true, force: true });
  await symlink(built, link, 'junction');
}

async function buildPackage(root: string, target: string): Promise<void> {
  process.stderr.write('building tickwise …\n');
  const draft = `${target}.${process.pid}`;
  const tsup = join(root, 'node_modules', 'tsup', 'dist', 'cli-default.js');
  try {
    await execute(process.execPath, [tsup, '--no-dts', '--silent', '--out-dir', join(draft, 'dist')], root);
    await copyFile(join(root, 'package.json'), join(draft, 'package.json'));
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** When anything in a file or folder last changed, in epoch milliseconds. */
async function newestChange(path: string): Promise<number> {
  const info = await stat(path);
  if (!info.isDirectory()) return info.mtimeMs;
  const names = await readdir(path);
  const changes = await Promise.all(names.map((name) => newestChange(join(path, name))));
  return Math.max(info.mtimeMs, ...changes);
}

function execute(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // On Windows npm is a script, which only a shell can start. Nothing here comes from outside.
    const child = spawn(command, args, { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}`));
    });
  });
}
