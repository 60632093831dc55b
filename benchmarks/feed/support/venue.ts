import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/**
 * Starts a venue that sends ticks of so many symbols in turn. It ends with this process at the latest.
 *
 * Orders are a number in a file, at which the venue looks again and again: waking it up would cost the client, whose time
 * is measured, more than a frame does.
 */
export async function startVenue(symbols: number): Promise<Venue> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwise-venue-'));
  const orders = openSync(join(folder, 'orders'), 'w+');
  const total = new Float64Array(1);
  writeSync(orders, total, 0, 8, 0);
  const child = spawn(process.execPath, [PROGRAM, String(symbols)], { stdio: ['pipe', 'pipe', 'inherit', orders] });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a process started with pipes has none');
  const lines = createInterface({ input: stdout });
  const [port] = (await once(lines, 'line')) as [string];
  return {
    url: `ws://127.0.0.1:${port}`,
    order(ticks) {
      total[0] = (total[0] ?? 0) + ticks;
      writeSync(orders, total, 0, 8, 0);
    },
    async close() {
      const ended = once(child, 'exit');
      stdin.end();
      await ended;
      closeSync(orders);
      rmSync(folder, { recursive: true });
    },
  };
}
