import type { VirtualClock } from 'tickwise/core';
import { MARKET_TIME } from '../services/market-time.js';

/** Node's `fetch` in market time: requests say when they leave, and answers come when the service says they do. */
export function marketFetch(clock: VirtualClock): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const headers = new Headers(init.headers);
    headers.set(MARKET_TIME, String(clock.wallTime()));
    const response = await clock.hold(fetchWhole(url, { ...init, headers }));
    const latency = Number(response.headers.get(MARKET_TIME)) - clock.wallTime();
    if (latency > 0) await new Promise<void>((resolve) => void clock.setTimeout(resolve, latency));
    return response;
  };
}

/** With the body, so that nothing is left to wait for in real time. */
async function fetchWhole(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const { status, headers } = response;
  return new Response(await response.text(), { status, headers });
}
