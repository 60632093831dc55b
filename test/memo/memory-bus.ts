import type { InvalidationBus } from 'tickwise/memo';

/** A bus in memory, whose connection can be cut. */
export class MemoryBus implements InvalidationBus {
  readonly sent: string[] = [];
  readonly #subscribers = new Set<{ onMessage(message: string): void; onGap(): void }>();

  async publish(message: string): Promise<void> {
    this.sent.push(message);
    for (const { onMessage } of this.#subscribers) onMessage(message);
  }

  subscribe(onMessage: (message: string) => void, onGap: () => void): Disposable {
    const subscriber = { onMessage, onGap };
    this.#subscribers.add(subscriber);
    return { [Symbol.dispose]: () => void this.#subscribers.delete(subscriber) };
  }

  async close(): Promise<void> {
    this.#subscribers.clear();
  }

  /** As when a connection was down for a while. */
  gap(): void {
    for (const { onGap } of this.#subscribers) onGap();
  }
}
