import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { findPrograms } from '../servers/find-program.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** How a page is looked at. */
export interface View {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A Chromium without a window, driven over its DevTools protocol. */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;
  #session: string | undefined;
  /** What the page has complained of: console messages, exceptions, refused resources. */
  readonly complaints: string[] = [];

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(JSON.parse(data.toString()) as Answer)); // its documentation
  }

  /** Path of the browser; undefined when this machine has none. */
  static find(): string | undefined {
    const given = process.env['TICKWISE_TEST_CHROMIUM'];
    if (given !== undefined && given !== '') return given;
    return NAMES.map((name) => [findPrograms(name), name] as const).flatMap(([folder, name]) =>
      folder === undefined ? [] : [join(folder, name)],
    )[0];
  }

  static async start(path: string): Promise<Chromium> {
    const profile = await mkdtemp(join(tmpdir(), 'tickwise-chromium-'));
    // Its own sandbox does not work for root, and the pages are ours.
    const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
    const browser = spawn(path, [...args, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const socket = new WebSocket(await addressOf(browser));
    await once(socket, 'open');
    const chromium = new Chromium(browser, profile, socket);
    const { targetId } = await chromium.#ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await chromium.#ask('Target.attachToTarget', { targetId, flatten: true });
    chromium.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log']) await chromium.#ask(`${domain}.enable`, {});
    return chromium;
  }

  /** Shows a page. */
  async open(url: string, { width, scheme }: View): Promise<void> {
    this.complaints.length = 0;
    await this.#ask('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await this.#ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    await this.#ask('Page.navigate', { url });
    await this.run(`document.readyState === 'complete' || new Promise((done) => addEventListener('load', done))`);
  }

  /** Runs an expression in the page and returns its value. */
  async run(expression: string): Promise<unknown> {
    const answer = await this.#ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    const { result, exceptionDetails } = answer as { result: { value: unknown }; exceptionDetails?: unknown };
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** The whole page as a PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.#ask('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true });
    return Buffer.from(String(data), 'base64');
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
    // Its helpers may write for a moment longer.
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 20 });
  }

  #ask(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      this.#socket.send(JSON.stringify({ id, method, params, sessionId: this.#session }));
    });
  }

  #receive(answer: Answer): void {
    const { id, method, params } = answer;
    if (id !== undefined) this.#waiting.get(id)?.(answer);
    else if (/^(Log\.entryAdded|Runtime\.(consoleAPICalled|exceptionThrown))$/.test(method ?? ''))
      this.complaints.push(JSON.stringify(params));
  }
}

/** The address that it prints for those who want to drive it. */
async function addressOf(browser: ChildProcess): Promise<string> {
  if (browser.stderr === null) throw new Error('the browser was started without a pipe');
  const lines: string[] = [];
  for await (const line of createInterface({ input: browser.stderr })) {
    const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
    lines.push(line);
    if (address === undefined) continue;
    browser.stderr.resume(); // a full pipe would stop it
    return address;
  }
  throw new Error(`the browser does not start:\n${lines.join('\n')}`);
}
