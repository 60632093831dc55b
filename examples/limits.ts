// Keeps an address below a venue's limits, and calls from an endpoint that fails, in virtual time.
// Run: npm run example -- limits
import { VirtualClock } from 'tickwise';
import { CircuitBreakerGroup, RateLimiter, venueRateLimits } from 'tickwise/schedule';

const clock = new VirtualClock(Date.UTC(2024, 7, 8, 12, 0, 50));
const limiter = new RateLimiter({ ...venueRateLimits.binance.spot.limits, clock });
const breakers = new CircuitBreakerGroup({
  window: 4,
  openFor: 5_000,
  clock,
  onStateChange: ({ name, to }) => console.log(`${time()} ${name} is ${to}`),
});

const time = (): string => new Date(clock.wallTime()).toISOString().slice(11, 19);

/** What the venue answers: books fail for a while, and another process has used most of the minute. */
function fetchBook(): { readonly status: number; readonly headers: Record<string, string> } {
  if (clock.now() < 4_000) throw new Error('connection reset');
  return { status: 200, headers: { 'x-mbx-used-weight-1m': clock.now() < 10_000 ? '5980' : '700' } };
}

async function ask(symbol: string): Promise<void> {
  try {
    // Inside, so that a call which the breaker refuses takes no weight.
    const answer = await breakers.execute('/depth', async () => {
      await limiter.acquire(50);
      return fetchBook();
    });
    limiter.observe(answer);
    console.log(`${time()} ${symbol}: ${answer.status}`);
  } catch (error) {
    console.log(`${time()} ${symbol}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

for (let index = 0; index < 12; index++) {
  void ask(`S${index}`);
  await clock.advance(1_000);
}
await clock.advance(60_000);

const { started, delayed, windows } = limiter.stats();
console.log({ started, delayed, used: windows[0]?.used });
console.log(breakers.stats());
