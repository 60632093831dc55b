import { whole } from './figures.js';
import type { Report } from './report.js';

/** What each cache saved, and what it changed, line by line. */
export interface DifferenceLine {
  readonly cache: string;
  readonly asked: string;
  readonly computed: string;
  readonly saved: string;
  /** Results that had become too old. */
  readonly expired: string;
  readonly changed: string;
}

/** One line for each cache that was asked. */
export function differenceLines({ differences = [], optimised }: Report): DifferenceLine[] {
  return differences.flatMap(({ cache, what, total, different }) => {
    const { calls = 0, hits = 0, expired = 0 } = optimised.cacheHits[cache] ?? {};
    if (calls === 0) return [];
    return {
      cache,
      asked: whole(calls),
      computed: whole(calls - hits),
      saved: percent(hits / calls),
      expired: whole(expired),
      changed: `${whole(different)} of ${whole(total)} ${what} (${percent(total === 0 ? 0 : different / total)})`,
    };
  });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
