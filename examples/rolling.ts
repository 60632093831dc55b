/*
 * Correlations and indicators that are kept up to date bar by bar, and equal a recompute to the bit.
 * Run: npm run example -- rolling
 */
import { Rsi, Sma, sma } from 'tickwise/indicators';
import { RollingCorrelation, RollingStats } from 'tickwise/rolling';

const symbols = ['BTC', 'ETH', 'SOL'];
const correlations = new RollingCorrelation({ symbols, window: 200, tickSize: { BTC: 0.1, ETH: 0.01, SOL: 0.001 } });
const average = new Sma(20);
const strength = new Rsi(14);
const spread = new RollingStats({ window: 200 });

const closes: number[] = [];
for (let bar = 0; bar < 500; bar++) {
  const market = Math.sin(bar / 9) + Math.sin(bar / 31);
  const btc = Math.round((60_000 + 300 * market) * 10) / 10;
  const eth = Math.round((3_000 + 14 * market + 5 * Math.cos(bar)) * 100) / 100;
  const sol = Math.round((150 - market + Math.cos(bar / 3)) * 1_000) / 1_000;
  correlations.push({ BTC: btc, ETH: eth, SOL: sol });
  average.push(btc);
  strength.push(btc);
  spread.push(btc);
  closes.push(btc);
}

console.log('strongest pairs', correlations.top(3));
console.log('exact', correlations.reason('BTC', 'ETH') === undefined);
console.log('rsi', strength.value.toFixed(2), 'z-score', spread.zscore.toFixed(2));
console.log('live average equals a recompute', average.value === sma(closes, 20).at(-1));
