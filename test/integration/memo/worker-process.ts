import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Answer, Order, Setup } from './worker.js';

interface Message {
  readonly type: 'ready' | 'load' | 'answer';
  readonly id: number;
  readonly loads: number;
}

/** A process that runs `worker.ts`. */
export class WorkerProcess {
  /** Loads it has started. */
  loads = 0;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #watchers = new Set<() => void>();
  #last = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message: Message & Answer) => {
      if (message.type === 'load') this.loads = message.loads;
      if (message.type === 'answer') this.#waiting.get(message.id)?.(message);
      for (const watcher of this.#watchers) watcher();
    });
  }

  /** Starts one. Resolves when it takes orders. */
  static async start(program: string, setup: Setup): Promise<WorkerProcess> {
    const child = fork(program, { execArgv: ['--enable-source-maps'], serialization: 'advanced' });
    const worker = new WorkerProcess(child);
    child.send(setup);
    for (;;) {
      const [message] = (await once(child, 'message')) as [Message]; // the event's documented arguments
      if (message.type === 'ready') return worker;
    }
  }

  /** Gives an order, and waits for what came of it. */
  async ask(order: Order): Promise<Answer> {
    const id = ++this.#last;
    this.#child.send({ id, order });
    return await new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** Waits until it has started so many loads. */
  async untilLoads(count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const watch = (): void => {
        if (this.loads < count) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  /** Ends it with SIGKILL. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
