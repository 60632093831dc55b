import { gunzipSync } from 'node:zlib';
import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { type Closes, parseCloses, syntheticCloses } from '../../../examples/heatmap/closes.js';
import { type Film, film, LEVELS, levelOf, UNDEFINED } from '../../../examples/heatmap/film.js';
import { pageOf } from '../../../examples/heatmap/page.js';

const closes = syntheticCloses({ sectors: 3, perSector: 3, days: 60 });

/** Levels of every pair at each frame, as the page adds them up. */
function played({ changes, frames, symbols }: Film): Int8Array[] {
  const pairs = (symbols.length * (symbols.length - 1)) / 2;
  const bytes = new Int8Array(gunzipSync(Buffer.from(changes, 'base64')));
  const levels = new Int8Array(pairs);
  return frames.map((_, frame) => {
    for (let pair = 0; pair < pairs; pair++) levels[pair] = (levels[pair] ?? 0) + (bytes[frame * pairs + pair] ?? 0);
    return levels.slice();
  });
}

function correlations(
  { symbols, rows }: Closes,
  order: readonly string[],
  window: number,
  bars: number,
): RollingCorrelation {
  const rolling = new RollingCorrelation({ symbols: order, window, minPeriods: window, input: 'log-returns' });
  for (const row of rows.slice(0, bars)) {
    rolling.push(order.map((symbol) => row[symbols.indexOf(symbol)] ?? Number.NaN));
  }
  return rolling;
}

describe('film of correlations', () => {
  it('has a frame per bar from the first full window on, with every symbol once', () => {
    const made = film(closes, 20);

    expect(made.frames.map(({ date }) => date)).toEqual(closes.dates.slice(20));
    expect(made.symbols.toSorted()).toEqual(closes.symbols.toSorted());
    expect(made.frames.every(({ top }) => top.length === 5)).toBe(true);
  });

  it('shows every correlation within the dead band, at every bar', () => {
    const made = film(closes, 20);

    played(made).forEach((levels, frame) => {
      const rolling = correlations(closes, made.symbols, 20, frame + 21);
      let pair = 0;
      made.symbols.forEach((left, row) => {
        for (const right of made.symbols.slice(0, row)) {
          const shown = (levels[pair++] ?? Number.NaN) / LEVELS;
          expect(Math.abs(shown - rolling.correlation(left, right))).toBeLessThanOrEqual(0.6 / LEVELS + 1e-12);
        }
      });
    });
  });

  it('puts symbols that move together side by side', () => {
    const { symbols } = film(closes, 20);

    const changesOfSector = symbols.filter(
      (symbol, index) => index > 0 && symbol[0] !== symbols[index - 1]?.[0],
    ).length;

    expect(changesOfSector).toBe(2);
  });

  it('keeps a level until the correlation is clearly away, and marks what is undefined', () => {
    expect([levelOf(0.03, 0), levelOf(0.05, 0), levelOf(-1, 0), levelOf(1, 16), levelOf(Number.NaN, 3)]).toEqual([
      0,
      1,
      -16,
      16,
      UNDEFINED,
    ]);
  });

  it('leaves a symbol without prices on some day out of the table', () => {
    const table = parseCloses('t', 'date,A,B,C\n2020-01-01,1,2,3\n2020-01-02,2,,4\n');

    expect(table.symbols).toEqual(['A', 'C']);
    expect(table.dates).toEqual(['2020-01-01', '2020-01-02']);
    expect(table.rows.map((row) => [...row])).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('repeats the same session for the same seed', () => {
    expect(syntheticCloses({ seed: 5, days: 9 })).toEqual(syntheticCloses({ seed: 5, days: 9 }));
    expect(syntheticCloses({ seed: 5, days: 9 })).not.toEqual(syntheticCloses({ seed: 6, days: 9 }));
  });
});

describe('page', () => {
  it('carries everything itself, and a name cannot end its script', () => {
    const page = pageOf({ ...film(closes, 20), source: '</script><b>' });

    expect(page).not.toMatch(/(src|href)=/);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    const data = /<script id="film" type="application\/json">(.*)<\/script>/.exec(page)?.[1] ?? '';
    expect(JSON.parse(data)).toMatchObject({ window: 20, source: '</script><b>' });
  });
});
