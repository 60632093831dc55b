import { spawn } from 'node:child_process';

/** What a finished command left behind. */
export interface CommandResult {
  /** 0 for success; -1 when it was killed or could not start. */
  readonly exitCode: number;
  /** Standard output alone. */
  readonly stdout: string;
  /** Standard error alone. */
  readonly stderr: string;
  /** Both, in the order they came. */
  readonly output: string;
}

/** How to run a command. */
export interface CommandOptions {
  /** Working folder. @default the package's own */
  readonly cwd?: string;
  /** Added to the environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until it is killed. @default 600_000 */
  readonly timeout?: number;
}

/** Runs a command without input and collects what it prints. Never rejects. */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd = process.cwd(), env = {}, timeout = 600_000 }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    });
    const streams = { stdout: '', stderr: '', output: '' };
    const collect = (name: 'stdout' | 'stderr') => (chunk: string) => {
      streams[name] += chunk;
      streams.output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect('stdout'));
    child.stderr.setEncoding('utf8').on('data', collect('stderr'));
    child.on('error', (error) => collect('stderr')(`${error.message}\n`));
    child.on('close', (code, signal) => {
      if (signal !== null) collect('stderr')(`${command} was ended by ${signal} (limit ${timeout} ms)\n`);
      resolve({ ...streams, exitCode: code ?? -1 });
    });
  });
}

/** The path of a development tool's command. */
export function tool(name: string): string {
  return `${process.cwd()}/node_modules/.bin/${name}`;
}

/** The compilers a user may have, oldest first: version name and the path of its `tsc`. */
export const COMPILERS: ReadonlyMap<string, string> = new Map(
  [
    ['5.9', 'typescript-5.9'],
    ['6.0', 'typescript'],
    ['7.0', 'typescript-7'],
  ].map(([version = '', folder]) => [version, `${process.cwd()}/node_modules/${folder}/bin/tsc`]),
);
