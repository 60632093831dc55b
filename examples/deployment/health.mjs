// Healthy while the bot's store grows: exit code 0, else 1. Needs nothing but Node.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Longest time without a stored row, in milliseconds: batches are at most seconds old, a venue may pause. */
const QUIET = Number(process.env.HEALTH_QUIET_MS ?? 120_000);
const folder = process.env.HEALTH_FOLDER ?? '/data';

try {
  const files = readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, String(name))));
  const newest = Math.max(...files.filter((file) => file.isFile()).map((file) => file.mtimeMs));
  process.exitCode = Date.now() - newest < QUIET ? 0 : 1;
} catch {
  process.exitCode = 1;
}
