import type { Flight } from './flights.js';

/**
 * Waits for a load until the signal says to leave: then rejects at once with the signal's reason. When the last of all
 * callers has left, the load is told to end, and `abandon` is called first, so that nobody joins it.
 */
export function waitUntilAborted(flight: Flight, signal: AbortSignal, abandon: () => void): Promise<unknown> {
  flight.leavers++;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      flight.leavers--;
      reject(signal.reason);
      if (flight.leavers > 0 || flight.isPinned || flight.controller === undefined) return;
      abandon();
      flight.controller.abort(signal.reason);
    };
    // The load itself may have aborted it already.
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    const stay = (): void => signal.removeEventListener('abort', leave);
    flight.promise?.then(stay, stay);
    flight.promise?.then(resolve, reject);
  });
}
