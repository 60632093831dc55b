/**
 * Whether `TICKWISE_BYPASS` switches this cache off: a comma-separated list of `memo:name`, or `memo:*` for all.
 * Read once, when a cache is made.
 */
export function isBypassed(name: string): boolean {
  const list = process.env['TICKWISE_BYPASS'];
  if (list === undefined || list === '') return false;
  return list.split(',').some((item) => {
    const bypassed = item.trim();
    return bypassed === 'memo:*' || bypassed === `memo:${name}`;
  });
}
