import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { bundleProgram } from '../../program.js';
import type { TestServer } from '../servers/index.js';
import { CuttingProxy } from './cutting-proxy.js';
import { payloadOf } from './numbered-row.js';

/** What a judge finds. */
export interface Verdict {
  /** Rows that were secured and are not in the table. */
  readonly lost: readonly number[];
  /** Rows that are in the table more than once. */
  readonly doubled: readonly number[];
  /** Rows in the table that nobody wrote, or with other contents. */
  readonly invented: readonly number[];
  /** Rows that the writer gave up. */
  readonly dead: readonly string[];
  /** Rows in the table. */
  readonly stored: number;
}

/** Numbers from 0 to below 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Starts writers, kills them and their server, and knows which rows have to be in the table. */
export class Oracle {
  readonly proxy: CuttingProxy;
  readonly #program: string;
  readonly #server: TestServer;
  readonly #client: Client;
  readonly #dead: string[] = [];
  /** What writers have said of failures of their disk. */
  readonly diskErrors: string[] = [];
  #url = '';
  #begun = -1;
  /** Rows that were secured: a row of an earlier run may be begun and not secured. */
  readonly #secured = new Set<number>();

  /** An oracle over a server, with the writer bundled. */
  static async of(server: TestServer): Promise<Oracle> {
    return new Oracle(await bundleProgram('test/integration/batch/fixtures/oracle-writer.ts'), server);
  }

  private constructor(program: string, server: TestServer) {
    this.#program = program;
    this.#server = server;
    this.proxy = new CuttingProxy(new URL(server.url));
    this.#client = new Client({ connectionString: server.url });
    this.#client.on('error', () => undefined);
  }

  /** Makes the table. */
  async open(): Promise<void> {
    await this.#client.connect();
    await this.#client.query('CREATE TABLE numbered (id text PRIMARY KEY, number int NOT NULL, payload text NOT NULL)');
    await this.#client.end();
    const url = new URL(this.#server.url);
    url.port = String(await this.proxy.listen());
    this.#url = url.href;
  }

  /** Runs a writer until it has said so many lines, and kills it some turns later. */
  async runAndKill(
    directory: string,
    lines: number,
    turns: number,
    fault: (pid: number | undefined) => Promise<void>,
  ): Promise<void> {
    const child = this.#start(directory, Infinity);
    const exit = once(child, 'exit');
    const heard = this.#listen(child, lines);
    await Promise.race([heard, exit]);
    await fault(child.pid);
    for (let turn = 0; turn < turns; turn++) await new Promise((done) => setImmediate(done));
    child.kill('SIGKILL');
    await exit;
    await this.#drained.get(child);
  }

  /** Runs a writer that adds `count` rows and closes; `meanwhile` may harm it. */
  async runToEnd(
    directory: string,
    count: number,
    meanwhile?: (pid: number | undefined) => Promise<void>,
  ): Promise<void> {
    const child = this.#start(directory, this.#begun + 1 + count);
    const exit = once(child, 'exit');
    void this.#listen(child, Infinity);
    await meanwhile?.(child.pid);
    const [code] = (await exit) as [number | null];
    await this.#drained.get(child);
    if (code !== 0) throw new Error(`the writer ended with ${code}`);
  }

  /** Ends all sessions of the server and lets it recover, as after a crash of one of its processes. */
  async crashServer(): Promise<void> {
    for (const pid of (await this.#backends()).slice(0, 1)) process.kill(pid, 'SIGKILL');
  }

  /** Stops all processes of the server. @returns what lets them go on. */
  async freezeServer(): Promise<() => void> {
    const pids = [...(await this.#backends()), await this.#postmaster()];
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return () => {
      for (const pid of pids) signal(pid, 'SIGCONT');
    };
  }

  /** Compares the table with what was secured. */
  async judge(): Promise<Verdict> {
    const client = new Client({ connectionString: this.#server.url });
    await client.connect();
    const { rows } = await client.query<{ number: number; payload: string }>('SELECT number, payload FROM numbered');
    await client.end();
    const times = new Map<number, number>();
    for (const { number } of rows) times.set(number, (times.get(number) ?? 0) + 1);
    return {
      lost: [...this.#secured].filter((number) => !times.has(number)),
      doubled: [...times].filter(([, count]) => count > 1).map(([number]) => number),
      invented: rows
        .filter(({ number, payload }) => number < 0 || number > this.#begun || payload !== payloadOf(number))
        .map(({ number }) => number),
      dead: this.#dead,
      stored: rows.length,
    };
  }

  readonly #drained = new Map<ChildProcess, Promise<void>>();

  #start(directory: string, end: number): ChildProcess {
    const args = [this.#program, this.#url, directory, String(this.#begun + 1), String(end)];
    return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** Reads to the end; the promise resolves after so many lines. */
  #listen(child: ChildProcess, lines: number): Promise<void> {
    return new Promise((resolveHeard) => {
      this.#drained.set(child, this.#read(child, lines, resolveHeard));
    });
  }

  async #read(child: ChildProcess, lines: number, onHeard: () => void): Promise<void> {
    if (child.stdout === null) return;
    let heard = 0;
    let from = this.#begun + 1;
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, number = ''] = line.split(' ');
      if (word === 'begun') this.#begun = Number(number);
      if (word === 'secured') for (; from <= Number(number); from++) this.#secured.add(from);
      if (word === 'dead' || word === 'refused') this.#dead.push(line);
      if (word === 'disk') this.diskErrors.push(number);
      if (++heard === lines) onHeard();
    }
  }

  async #postmaster(): Promise<number> {
    const text = await readFile(join(this.#server.folder ?? '', 'data', 'postmaster.pid'), 'utf8');
    return Number(text.split('\n')[0]);
  }

  async #backends(): Promise<number[]> {
    const client = new Client({ connectionString: this.#server.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE query LIKE 'INSERT INTO numbered%' AND pid <> pg_backend_pid()",
    );
    await client.end();
    return rows.map(({ pid }) => pid);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
