import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Closing prices of several symbols on the same days. */
export interface Closes {
  /** Where they come from, in words. */
  readonly source: string;
  readonly symbols: readonly string[];
  readonly dates: readonly string[];
  /** One row per date, in the order of `symbols`. */
  readonly rows: readonly Float64Array[];
}

/** Reads the table of daily closes in a folder of recordings: the symbols that have a price on every day. */
export function recordedCloses(folder: string): Closes | undefined {
  const bars = join(folder, 'bars');
  const file = existsSync(bars) ? readdirSync(bars).find((name) => name.startsWith('sp500-daily-close')) : undefined;
  if (file === undefined) return undefined;
  const bytes = readFileSync(join(bars, file));
  return parseCloses(file, (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}

/** Reads a table of a date and a price per symbol, and leaves out symbols with an empty cell. */
export function parseCloses(source: string, text: string): Closes {
  const [header = [], ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(','));
  const full = header.flatMap((_, column) =>
    column > 0 && lines.every((cells) => Number(cells[column]) > 0) ? [column] : [],
  );
  return {
    source,
    symbols: full.map((column) => header[column] ?? ''),
    dates: lines.map(([date = '']) => date),
    rows: lines.map((cells) => Float64Array.from(full, (column) => Number(cells[column]))),
  };
}

/** Makes a session from a seed: sectors that move together, and a crisis in which everything does. */
export function syntheticCloses({ sectors = 8, perSector = 8, days = 250, seed = 1 } = {}): Closes {
  const normal = normals(seed);
  const symbols = Array.from(
    { length: sectors * perSector },
    (_, index) => `${String.fromCodePoint(65 + Math.floor(index / perSector))}${(index % perSector) + 1}`,
  );
  const logs = symbols.map(() => Math.log(100));
  const rows = Array.from({ length: days }, (_, day) => {
    const isCrisis = day > days * 0.5 && day < days * 0.65;
    const market = normal() * (isCrisis ? 0.03 : 0.005);
    const own = Array.from({ length: sectors }, () => normal() * 0.008);
    return Float64Array.from(symbols, (_symbol, index) => {
      const level = (logs[index] ?? 0) + market + (own[Math.floor(index / perSector)] ?? 0) + normal() * 0.008;
      logs[index] = level;
      return Math.exp(level);
    });
  });
  const start = Date.UTC(2024, 0, 1);
  const dates = rows.map((_, day) => new Date(start + day * 86_400_000).toISOString().slice(0, 10));
  return { source: `synthetic session, seed ${seed}`, symbols, dates, rows };
}

/** Normally distributed numbers, reproducible. */
function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
