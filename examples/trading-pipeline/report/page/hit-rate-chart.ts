import { gridX, gridY, lineY, ruleY, text } from '@observablehq/plot';
import type { CacheSample } from '../../bot/result.js';
import type { Chart } from './chart.js';
import { shownName } from './markup.js';

/** Caches that are drawn; the table has all. */
const MOST_CACHES = 8;

interface Point {
  readonly cache: string;
  /** Seconds since the first sample's session began. */
  readonly second: number;
  /** Share of the look-ups since the sample before, in percent. */
  readonly share: number;
}

/** How often work was already done when it was asked for, from sample to sample. */
export function hitRateChart(samples: readonly CacheSample[]): Chart | undefined {
  const points = samples.slice(1).flatMap((sample, index) => between(samples[index] ?? sample, sample, samples));
  const caches = [...new Set(points.map(({ cache }) => cache))].slice(0, MOST_CACHES);
  if (caches.length === 0) return undefined;
  return {
    title: 'How often the work was already done when a model asked for it',
    note: 'Percent of look-ups answered without computing, over seconds of market time, one row for each kind of work.',
    drawing: {
      height: 60 + caches.length * 70,
      marginLeft: 56,
      marginTop: 26,
      marginBottom: 40,
      x: { label: 'seconds of market time', labelAnchor: 'center', labelArrow: 'none', ticks: 5 },
      y: { domain: [0, 100], ticks: [0, 50, 100], label: null, tickFormat: (value: number) => `${value} %` },
      fy: { axis: null, domain: caches, padding: 0.35 },
      marks: [
        gridX({ ticks: 5 }),
        gridY({ ticks: [0, 50, 100] }),
        ruleY([0]),
        lineY(
          points.filter(({ cache }) => caches.includes(cache)),
          {
            x: 'second',
            y: 'share',
            fy: 'cache',
            stroke: 'var(--tickwise)',
            strokeWidth: 2,
          },
        ),
        text(caches, {
          fy: (cache: string) => cache,
          text: (cache: string) => cache,
          frameAnchor: 'top-left',
          dy: -14,
        }),
      ],
    },
  };
}

/** What each cache was asked between two samples. */
function between(before: CacheSample, after: CacheSample, samples: readonly CacheSample[]): Point[] {
  const start = samples[0]?.at ?? 0;
  return Object.entries(after.caches).flatMap(([cache, { calls, hits }]) => {
    const earlier = before.caches[cache] ?? { calls: 0, hits: 0 };
    const asked = calls - earlier.calls;
    if (asked <= 0) return [];
    const share = (100 * (hits - earlier.hits)) / asked;
    return [{ cache: shownName(cache, 30), second: (after.at - start) / 1_000, share }];
  });
}
