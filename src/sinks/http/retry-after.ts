/** Longest wait that is believed, in milliseconds. */
const LONGEST = 3_600_000;

/** Reads a Retry-After header, in seconds or a date, as milliseconds from `now` (epoch); undefined for anything else. */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST);
}
