/** What p-queue hands over: calling it starts the task. */
type Start = () => Promise<unknown>;

/**
 * The queue that p-queue works on. What waits for long waits in the waiting room, where classes, priorities and ageing
 * decide; here stand only tasks that have been let through, until p-queue has noted the end of those before them.
 */
export class StartLine {
  #starts: Start[] = [];
  #head = 0;

  /** Starts handed over and not taken. */
  get size(): number {
    return this.#starts.length - this.#head;
  }

  /** Adds a start at the end. */
  enqueue(start: Start): void {
    this.#starts.push(start);
  }

  /** Takes the first start. */
  dequeue(): Start | undefined {
    const start = this.#starts[this.#head];
    this.#head++;
    if (this.#head >= this.#starts.length) {
      this.#starts = [];
      this.#head = 0;
    }
    return start;
  }

  /** Tasks are told apart by the waiting room, not here. */
  filter(): Start[] {
    return this.#starts.slice(this.#head);
  }

  /** The order was decided in the waiting room. */
  setPriority(): void {
    // Nothing stands here long enough to be overtaken.
  }
}
