import type { VirtualClock } from 'tickwise';
import type { Regime, SimulatedExchange } from './exchange.js';
import { SYMBOLS } from './exchange.js';

/** Keys looked at behind one that is too heavy for what is left of the window. */
const BACKFILL = 32;

/** The time a scheduler takes that is told the capacity at each moment, the rate and the window. In milliseconds. */
export function idealTime(clock: VirtualClock, exchange: SimulatedExchange, regime: Regime): Promise<number> {
  const waiting = Array.from({ length: SYMBOLS }, (_, symbol) => symbol);
  const begin = clock.now();
  let running = 0;
  let left = SYMBOLS;
  let window = -1;
  let used = 0;
  return new Promise((resolve) => {
    const finish = (): void => {
      running--;
      left--;
      if (left === 0) resolve(clock.now() - begin);
      else pump();
    };
    const takeFitting = (): number | undefined => {
      const at = waiting.slice(0, BACKFILL).findIndex((symbol) => used + exchange.weightOf(symbol) <= regime.rate);
      return at === -1 ? undefined : waiting.splice(at, 1)[0];
    };
    const pump = (): void => {
      const now = exchange.now();
      if (Math.floor(now / 1_000) !== window) {
        window = Math.floor(now / 1_000);
        used = 0;
      }
      while (running < regime.capacity(now) && waiting.length > 0) {
        const symbol = takeFitting();
        if (symbol === undefined) break;
        used += exchange.weightOf(symbol);
        running++;
        exchange.request(symbol, { attempt: 1 }).then(finish, finish);
      }
      // A new second, or more capacity.
      if (waiting.length > 0 && !isWaiting) {
        isWaiting = true;
        clock.setTimeout(
          () => {
            isWaiting = false;
            pump();
          },
          100 - (now % 100),
        );
      }
    };
    let isWaiting = false;
    pump();
  });
}
