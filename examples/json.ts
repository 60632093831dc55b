// Sends the newest bars and an order book to many clients, and serialises each only when it has changed.
import { cacheKey } from 'tickwise/core';
import { JsonCache, JsonSeries } from 'tickwise/json';
import { SeriesRing } from 'tickwise/ring';

const bars = new SeriesRing({ capacity: 1_000, columns: { ts: 'f64', close: { type: 'i32', scale: 0.01 } } });
for (let minute = 0; minute < 500; minute++) bars.append(minute * 60_000, 100 + (minute % 4) / 4);

const series = new JsonSeries(bars, { columns: ['ts', 'close'] });
const clients: ((message: Buffer) => void)[] = [];
for (let id = 0; id < 100; id++) clients.push(() => undefined);
const sendBars = (): void => {
  for (const send of clients) send(series.bytes(200));
};

sendBars();
// The open bar moves: one row of the two hundred is encoded again.
bars.amend({ close: 101.25 });
sendBars();
console.log(series.explain().reason);
const { rowsServed, rowsEncoded } = series.stats();
console.log(`${rowsServed} rows served, ${rowsEncoded} encoded; the newest: ${series.stringify(1)}`);

// Plain objects: compared with what they were, so that a change is never missed.
const cache = new JsonCache({ maxEntries: 100 });
const book = { symbol: 'BTCUSDT', bids: [[60_000, 1.5]] };
for (let i = 0; i < 100; i++) cache.bytes(book);
book.bids.push([59_999.5, 2]);
console.log(cache.explain(book).state, cache.stringify(book));

// An object that counts its versions is asked for its key alone.
class Position {
  #size = 0;
  #fills = 0;

  fill(size: number): void {
    this.#size += size;
    this.#fills++;
  }

  [cacheKey](): number {
    return this.#fills;
  }

  toJSON(): unknown {
    return { size: this.#size };
  }
}

const position = new Position();
position.fill(2);
cache.stringify(position);
console.log(cache.explain(position).reason);
position.fill(-1);
console.log(cache.stringify(position));

const { calls, hits, misses } = cache.stats();
console.log(`${calls} calls, ${hits} answered from what is kept, ${misses} serialised`);
