import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from './command.js';
import { readManifest } from './manifest.js';

/** The package as users get it: packed, and installed in an empty project without its optional peers. */
export interface PackedPackage {
  /** The packed file. */
  readonly tarball: string;
  /** The project it is installed in. */
  readonly folder: string;
  /** Removes both. */
  readonly close: () => Promise<void>;
}

/**
 * Packs what `dist` holds and installs it in a temporary folder. Needs a build.
 * @throws Error with npm's output when it fails.
 */
export async function packAndInstall(): Promise<PackedPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'tickwise-packed-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const tarball = await pack(folder);
    await install(folder, tarball);
    return { tarball, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Makes packages of this checkout visible in another project without installing them again. */
export async function linkPackages(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await rm(link, { recursive: true, force: true });
    await symlink(join(process.cwd(), 'node_modules', name), link);
  }
}

async function pack(folder: string): Promise<string> {
  await npm(process.cwd(), ['pack', '--ignore-scripts', '--pack-destination', folder]);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no file');
  return join(folder, tarball);
}

async function install(folder: string, tarball: string): Promise<void> {
  const project = { private: true, dependencies: { [readManifest().name]: `file:${tarball}` } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(project));
  await npm(folder, ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']);
}

async function npm(cwd: string, args: readonly string[]): Promise<void> {
  const { exitCode, output } = await runCommand('npm', [...args, '--loglevel=error'], { cwd });
  if (exitCode !== 0) throw new Error(`npm ${args.join(' ')} fails:\n${output}`);
}
