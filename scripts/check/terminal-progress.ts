import type { GateResult, Progress } from './run-gates.js';

const CLEAR_LINE = '\r\u001B[K';

/** Prints one line per finished gate and, on a terminal, what is running now. */
export class TerminalProgress implements Progress {
  readonly #total: number;
  readonly #running = new Set<string>();
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  started(name: string): void {
    this.#running.add(name);
    this.#showRunning();
  }

  ended(result: GateResult): void {
    this.#running.delete(result.name);
    this.#done++;
    if (process.stdout.isTTY) process.stdout.write(CLEAR_LINE);
    console.log(`${this.#position()} ${line(result)}`);
    this.#showRunning();
  }

  #showRunning(): void {
    if (!process.stdout.isTTY || this.#running.size === 0) return;
    process.stdout.write(`${CLEAR_LINE}${this.#position()} running ${[...this.#running].join(', ')} …`);
  }

  #position(): string {
    const width = String(this.#total).length;
    return `[${String(this.#done).padStart(width)}/${this.#total}]`;
  }
}

/** Prints what failing gates said, then one line for the whole run. */
export function printOutcome(results: readonly GateResult[], duration: number): void {
  const failed = results.filter((result) => !result.isPassed);
  for (const { name, details } of failed) {
    if (details !== undefined) console.log(`\n── ${name} ──\n${details.trimEnd()}`);
  }
  const again = failed.length === 0 ? '' : `; again: npm run check -- ${failed.map(({ name }) => name).join(' ')}`;
  const counts = `${results.length - failed.length} gates passed, ${failed.length} failed`;
  console.log(`\n${counts} in ${seconds(duration)}${again}`);
}

function line({ name, isPassed, duration, summary }: GateResult): string {
  return `${isPassed ? 'ok    ' : 'FAILED'} ${name.padEnd(11)} ${seconds(duration).padStart(7)}  ${summary}`;
}

function seconds(duration: number): string {
  return `${(duration / 1_000).toFixed(1)} s`;
}
