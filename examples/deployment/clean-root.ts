import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Mounts what a base image has below the root, and becomes the command: process 1 of its own, as in a container, where
 * a signal without a listener does nothing.
 */
const ENTER = `
root=$1 user=$2 folder=$3; shift 3
mount --make-rprivate /
mount --bind /usr "$root/usr"; mount -o remount,bind,ro "$root/usr"
mount --bind /etc/ssl "$root/etc/ssl"; mount -o remount,bind,ro "$root/etc/ssl"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
exec chroot --userspec="$user" "$root" env --chdir="$folder" "$@"`;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Users of the official images of Node. */
const USERS = 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n';
const GROUPS = 'root:x:0:\nnode:x:1000:\n';
/** Files of this machine that names and addresses are looked up in. */
const NETWORK_FILES = ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf'];

/** How a command is run. */
export interface Surroundings {
  readonly folder: string;
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What can be done without a container engine, and what it needs. Undefined when everything is there. */
export function whyNoCleanRoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'a clean root needs the rights of root';
  const { status } = spawnSync('unshare', ['--mount', '--pid', '--fork', 'chroot', '--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'a clean root needs unshare and chroot of Linux';
}

/**
 * An empty file system with the programs of this machine, read-only, in place of a base image: nothing of the checkout,
 * of the user's home and environment, and no process but its own. It has this machine's network.
 */
export class CleanRoot {
  readonly path = mkdtempSync(join(tmpdir(), 'tickwise-root-'));

  constructor() {
    // Other users than root enter it too.
    chmodSync(this.path, 0o755);
    for (const folder of ['usr', 'proc', 'dev', 'etc/ssl', 'root', 'home/node', 'tmp'])
      mkdirSync(this.at(folder), { recursive: true });
    chmodSync(this.at('tmp'), 0o1777);
    for (const folder of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${folder}`, this.at(folder));
    writeFileSync(this.at('etc/passwd'), USERS);
    writeFileSync(this.at('etc/group'), GROUPS);
    for (const file of NETWORK_FILES) if (existsSync(file)) cpSync(file, this.at(file), { dereference: true });
  }

  /** Where a path of the root is on this machine. */
  at(path: string): string {
    return join(this.path, path);
  }

  /** Runs a command to its end. @returns its exit code. */
  run(command: readonly string[], surroundings: Surroundings): number | null {
    const [program, ...args] = this.#enter(command, surroundings);
    return spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status;
  }

  /** Starts a command. */
  start(command: readonly string[], surroundings: Surroundings): RootProcess {
    const [program, ...args] = this.#enter(command, surroundings);
    return new RootProcess(spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }));
  }

  /** Removes it. The mounts have gone with the processes that made them. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #enter(command: readonly string[], { folder, user, environment }: Surroundings): [string, ...string[]] {
    const home = user === 'root' ? '/root' : `/home/${user}`;
    const variables = Object.entries({ PATH, HOME: home, ...environment }).map(([name, value]) => `${name}=${value}`);
    const unshare = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', ENTER, 'sh'];
    return ['unshare', ...unshare, this.path, `${user}:${user}`, folder, '-i', ...variables, ...command];
  }
}

/** A command that runs in a clean root. */
export class RootProcess {
  readonly exit: Promise<number | null>;
  readonly #outer: ChildProcess;

  constructor(outer: ChildProcess) {
    this.#outer = outer;
    this.exit = new Promise((resolve, reject) => {
      outer.once('error', reject);
      outer.once('exit', resolve);
    });
  }

  /** Sends a signal to process 1 of the root. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.#outer;
    const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
    if (child > 0) process.kill(child, name);
  }

  /** Ends it at once, and all it has started. */
  kill(): void {
    this.#outer.kill('SIGKILL');
  }
}
