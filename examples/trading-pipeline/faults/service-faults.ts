import type { ServicesOptions } from '../services/index.js';
import { type Fault, isUnderWay } from './fault.js';

/** How the services around a bot behave in a session with faults. Their clients say what market time it is. */
export function serviceFaults(faults: readonly Fault[]): Pick<ServicesOptions, 'isModelDown' | 'refusedFor'> {
  return {
    isModelDown: (at) => isUnderWay(faults, 'reasoning-down', at),
    refusedFor: (at) => {
      const ban = faults.find(({ kind, from, to }) => kind === '429' && at >= from && at < to);
      return ban === undefined ? 0 : ban.to - at;
    },
  };
}
