/** Runs of each way; in every round both run, in alternated order. */
const ROUNDS = 7;
const MICROSECONDS = 1_000;

/** Processor milliseconds of either way: medians of seven rounds in one process. */
export interface Times {
  readonly usual: number;
  readonly ours: number;
}

/** Times both ways of the same work. Each runs once before, to be compiled. */
export async function timeBoth(usual: () => unknown, ours: () => unknown): Promise<Times> {
  await usual();
  await ours();
  const times: { usual: number[]; ours: number[] } = { usual: [], ours: [] };
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) times.usual.push(await cpuOf(usual));
    times.ours.push(await cpuOf(ours));
    if (round % 2 === 1) times.usual.push(await cpuOf(usual));
  }
  return { usual: median(times.usual), ours: median(times.ours) };
}

/** The middle of an odd number of values. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / MICROSECONDS;
}
