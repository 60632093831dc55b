import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';

/**
 * A socket that goes nowhere: a test opens it, speaks for the venue and sees what was sent.
 *
 * It behaves as the `ws` package does where it matters: `terminate` before the open reports an error, and
 * a close event follows every end, in a later turn.
 */
export class FakeSocket extends EventEmitter {
  static made: FakeSocket[] = [];
  readonly url: string;
  readonly options: unknown;
  readonly sent: string[] = [];
  readonly calls: string[] = [];
  bufferedAmount = 0;
  state: 'connecting' | 'open' | 'closed' = 'connecting';

  constructor(url: string, options: unknown) {
    super();
    this.url = url;
    this.options = options;
    FakeSocket.made.push(this);
  }

  static get last(): FakeSocket {
    const socket = FakeSocket.made.at(-1);
    if (socket === undefined) throw new Error('no socket was made');
    return socket;
  }

  /** The class as the code under test expects it; it uses only what is here. */
  static asWebSocket(): typeof WebSocket {
    return FakeSocket as unknown as typeof WebSocket;
  }

  open(): void {
    this.state = 'open';
    this.emit('open');
  }

  receive(message: unknown): void {
    this.emit('message', Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)));
  }

  /** Ends the connection from the venue's side. */
  lose(code = 1_006): void {
    this.state = 'closed';
    this.emit('close', code);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  ping(): void {
    this.calls.push('ping');
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  terminate(): void {
    this.calls.push('terminate');
    if (this.state === 'closed') return;
    const wasConnecting = this.state === 'connecting';
    this.state = 'closed';
    setImmediate(() => {
      if (wasConnecting) this.emit('error', new Error('closed before the connection was established'));
      this.emit('close', 1_006);
    });
  }

  close(code: number): void {
    this.calls.push(`close ${code}`);
  }
}
