/** What the two versions are called. */
export const VERSION_NAMES = ['usual way', 'tickwise'] as const;

/** Colours of the two versions, as the page's style defines them. */
export const VERSION_COLOURS = ['var(--usual)', 'var(--tickwise)'] as const;

/** Below this factor a difference is not worth a word: two runs of one version differ as much. */
const ABOUT_SAME = 1.05;

/** `4.2 times less`, `1.3 times more`, `about the same`. */
export function change(before: number, after: number): string {
  if (before === after) return 'the same';
  if (after === 0) return 'none any more';
  if (before === 0) return 'more';
  const factor = before / after;
  if (factor >= ABOUT_SAME) return `${factor.toFixed(1)} times less`;
  return factor <= 1 / ABOUT_SAME ? `${(1 / factor).toFixed(1)} times more` : 'about the same';
}

/** Milliseconds with three digits that count. */
export function milliseconds(value: number): string {
  if (value === 0) return '0 ms';
  return value < 100 ? `${value.toPrecision(3)} ms` : `${Math.round(value).toLocaleString('en-US')} ms`;
}

/** A share of 0 to 1. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
