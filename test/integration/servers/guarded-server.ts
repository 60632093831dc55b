import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { freePort } from './free-port.js';
import { type Owner, makeFolder } from './server-folder.js';

/** A server that a test may use. */
export interface TestServer {
  /** Where it listens, in the form its clients take. */
  readonly url: string;
  /** Its own folder; undefined when it is somebody else's server. */
  readonly folder: string | undefined;
  /** Ends it and removes its folder. Does nothing for somebody else's server. */
  readonly stop: () => Promise<void>;
}

/** How to run a server in the foreground. */
export interface ServerProgram {
  /** For the folder's name and for error messages. */
  readonly name: string;
  readonly command: string;
  readonly args: (port: number, folder: string) => readonly string[];
  /** What it prints once clients can connect. */
  readonly ready: string;
  readonly url: (port: number) => string;
  /** Makes it end at once. */
  readonly stopSignal: NodeJS.Signals;
  /** Who runs it; the user of this process when absent. */
  readonly owner?: Owner | undefined;
  /** Fills the new folder before the start. */
  readonly prepare?: (folder: string) => Promise<void>;
}

const GUARD = resolve('test/integration/servers/guard.mjs');
/** Somebody may take the free port between our look and the server's start. */
const ATTEMPTS = 3;

/**
 * Starts a private instance on a free loopback port, in a temporary folder of its own.
 *
 * It ends with this process even when that is killed: a guard process watches a pipe between the two.
 * @throws Error with what the server printed when it does not start.
 */
export async function startGuarded(program: ServerProgram): Promise<TestServer> {
  let lastWords = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const started = await startOnce(program);
    if (typeof started !== 'string') return started;
    lastWords = started;
  }
  throw new Error(`${program.name} does not start:\n${lastWords}`);
}

/** A running server, or what it printed before it ended. */
async function startOnce(program: ServerProgram): Promise<TestServer | string> {
  const { command, stopSignal, owner } = program;
  const folder = await makeFolder(program.name, owner);
  await prepareOrRemove(program, folder);
  const port = await freePort();
  const order = { command, args: program.args(port, folder), folder, stopSignal, ...owner };
  // A session of its own keeps the terminal's Ctrl-C from the guard, which has to outlive this process.
  const guard = spawn(process.execPath, [GUARD, JSON.stringify(order)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(guard, 'close');
  const stop = async (): Promise<void> => {
    guard.stdin.end();
    await ended;
  };
  const log = await readUntil(guard.stdout, program.ready);
  if (!log.includes(program.ready)) return log;
  guard.stdout.resume();
  return { url: program.url(port), folder, stop };
}

async function prepareOrRemove({ prepare }: ServerProgram, folder: string): Promise<void> {
  try {
    await prepare?.(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function readUntil(stream: NodeJS.ReadableStream, words: string): Promise<string> {
  return new Promise((done) => {
    let text = '';
    const read = (chunk: unknown): void => {
      text += String(chunk);
      if (!text.includes(words)) return;
      stream.off('data', read);
      done(text);
    };
    stream.on('data', read).on('end', () => done(text));
  });
}
