import { once } from 'node:events';

import { WebSocket } from 'ws';

/** A client that keeps every text it gets. */
export class TestClient {
  readonly received: string[] = [];
  readonly webSocket: WebSocket;
  closeCode = 0;
  closeReason = '';
  readonly #watchers = new Set<() => void>();

  private constructor(url: string) {
    this.webSocket = new WebSocket(url);
    // With `binaryType` left alone ws gives one Buffer.
    this.webSocket.on('message', (data) => this.#take((data as Buffer).toString('utf8')));
    this.webSocket.on('close', (code, reason) => {
      this.closeCode = code;
      this.closeReason = reason.toString();
      this.#look();
    });
  }

  static async connect(url: string): Promise<TestClient> {
    const client = new TestClient(url);
    await once(client.webSocket, 'open');
    return client;
  }

  /** Sends a request and waits for the next text. */
  async ask(request: unknown): Promise<string> {
    const before = this.received.length;
    this.send(request);
    await this.until(() => this.received.length > before);
    return this.received[before] ?? '';
  }

  send(request: unknown): void {
    this.webSocket.send(typeof request === 'string' ? request : JSON.stringify(request));
  }

  /** Waits until a condition holds; looks after every text and at the close. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#watchers.add(resolve));
  }

  async untilEnd(): Promise<void> {
    await this.until(() => this.received.at(-1)?.startsWith('{"event":"end"') === true);
  }

  async untilClosed(): Promise<void> {
    await this.until(() => this.webSocket.readyState === WebSocket.CLOSED);
  }

  /** Forgets the texts so far. */
  clear(): void {
    this.received.length = 0;
  }

  #take(text: string): void {
    this.received.push(text);
    this.#look();
  }

  #look(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) watcher();
  }
}

export function isMark(text: string): boolean {
  return text.startsWith('{"event":"clock"') || text.startsWith('{"event":"end"');
}
