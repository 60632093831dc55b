// Makes minute bars from trades, keeps them in a ring with the open one, and aligns two symbols for a correlation.
// Run: npm run example -- bars
import { BAR_COLUMNS, type OhlcvBar, BarAligner, BarBuilder, SeriesRing } from 'tickwise/ring';
import { RollingCorrelation } from 'tickwise/rolling';

const MINUTE = 60_000;
const start = Date.UTC(2024, 7, 8);
const symbols = ['BTC', 'ETH'];
const time = (ts: number): string => new Date(ts).toISOString().slice(11, 19);

const correlation = new RollingCorrelation({ symbols, window: 60, input: 'log-returns' });
const aligner = new BarAligner({
  symbols,
  period: MINUTE,
  missing: 'wait',
  onRow: (_, closes) => correlation.push(closes),
});

const bars = new SeriesRing({ capacity: 1_000, columns: BAR_COLUMNS });
// The newest row is the open bar: amended until the next one starts.
const put = (bar: OhlcvBar): void => (bars.at('ts', -1) === bar.ts ? bars.amend(bar) : bars.push(bar));
const btc = new BarBuilder({
  by: 'time',
  period: MINUTE,
  onBar(bar) {
    put(bar);
    aligner.update('BTC', bar.ts, bar.close);
  },
  onLate: (ts, price) => console.log(`too late: a trade of ${time(ts)} at ${price}`),
});
const eth = new BarBuilder({ by: 'time', period: MINUTE, onBar: ({ ts, close }) => aligner.update('ETH', ts, close) });
const large = new BarBuilder({
  by: 'dollar',
  size: 10_000_000,
  onBar: ({ ts, end, vwap }) => console.log(`10 M traded from ${time(ts)} to ${time(end)} at ${vwap.toFixed(2)}`),
});

for (let second = 0; second < 3_600; second += 5) {
  const ts = start + second * 1_000;
  const market = Math.sin(second / 700) + Math.cos(second / 90) / 20;
  // Nobody trades BTC from 00:20 to 00:23.
  if (second < 1_200 || second >= 1_380) {
    const quantity = ((second * 7) % 11) / 10;
    btc.add(ts, 60_000 + 300 * market, quantity, second % 3 === 0 ? 'buy' : 'sell');
    large.add(ts, 60_000 + 300 * market, quantity);
    if (btc.current !== undefined) put(btc.current);
  }
  eth.add(ts, 3_000 + 14 * market + Math.sin(second / 50), 1);
}
btc.add(start, 59_000, 1);

// The clock says that the hour is over: no trade has to come to close the last bars.
for (const each of [btc, eth, aligner]) each.advance(start + 3_600_000);

const { ts = 0, close = 0, volume = 0, trades = 0 } = bars.row(22) ?? {};
console.log(`${bars.size} bars; the one of ${time(ts)}: close ${close.toFixed(2)}, volume ${volume}, ${trades} trades`);
const { received, used, late, filled } = btc.stats();
console.log({ received, used, late, filled });
console.log(`${aligner.stats().rows} rows, correlation ${correlation.correlation('BTC', 'ETH').toFixed(3)}`);
