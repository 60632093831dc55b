import { CYCLE } from './ticks.js';

/** Milliseconds of processor time: until then the compiler is still at work on the WebSocket client. */
const WARM_UP = 800;

let isWarm = false;

/** Lets a client receive whole cycles of ticks for a while, once in a process: a feed runs for days. */
export async function warmUp(receive: (ticks: number) => Promise<void>): Promise<void> {
  if (isWarm) return;
  isWarm = true;
  const start = process.cpuUsage();
  for (let used = 0; used < WARM_UP;) {
    await receive(CYCLE);
    const { user, system } = process.cpuUsage(start);
    used = (user + system) / 1_000;
  }
}
