import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('venue-process.js', import.meta.url));

/** A venue in another process. */
export interface Venue {
  /** Address of its streams. */
  readonly url: string;
  /** Lets it send so many more ticks to those who have subscribed. */
  order(ticks: number): void;
  close(): Promise<void>;
}

/** Starts a venue that sends ticks of so many symbols in turn. It ends with this process at the latest. */
export async function startVenue(symbols: number): Promise<Venue> {
  const child = spawn(process.execPath, [PROGRAM, String(symbols)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [port] = (await once(lines, 'line')) as [string];
  return {
    url: `ws://127.0.0.1:${port}`,
    order: (ticks) => void child.stdin.write(`${ticks}\n`),
    async close() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
