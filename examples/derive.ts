// Keeps features of several symbols up to date, and computes only what a change reaches.
import { ChangeGate, Derivation } from 'tickwise/derive';

const graph = new Derivation();
const symbols = graph.keyed();
const bid = symbols.input(0, { name: 'bid' });
const ask = symbols.input(0, { name: 'ask' });
const mid = symbols.computed([bid, ask], (b, a) => (b + a) / 2, { name: 'mid' });
const trend = symbols.computed([mid], (price) => Math.sign(price - 100), { name: 'trend' });
const rising = trend.collect((trends) => trends.filter((value) => value > 0).length, { name: 'rising' });
for (const symbol of ['BTCUSDT', 'ETHUSDT', 'XRPUSDT']) symbols.add(symbol);

const watching = rising.onChange((count) => console.log(`${count} of ${symbols.size} symbols rise`));
const quote = (symbol: string, price: number): void =>
  graph.batch(() => {
    bid.set(symbol, price - 1);
    ask.set(symbol, price + 1);
  });

// Quotes whose mid did not move by half a unit never reach the graph.
const gate = new ChangeGate<string>({ epsilon: 0.5 });
for (const [symbol, price] of [
  ['BTCUSDT', 101],
  ['ETHUSDT', 102],
  ['ETHUSDT', 102.25],
  ['ETHUSDT', 99],
  ['XRPUSDT', 98],
] as const)
  if (gate.changed(symbol, price)) quote(symbol, price);

const { recomputed, cutOff, passes } = graph.stats();
console.log(`${recomputed} values computed in ${passes} passes, ${cutOff} of them the same as before`);
console.log('why is ETHUSDT where it is?', graph.explain(trend, 'ETHUSDT'));
watching[Symbol.dispose]();
