// Keeps the newest bars of a symbol in columns and reads windows of them without copying.
import { RingBuffer, SeriesRing } from 'tickwise/ring';

const bars = new SeriesRing({
  capacity: 5,
  columns: { ts: 'f64', close: { type: 'i32', scale: 0.01 }, volume: 'f32' },
});

for (let minute = 0; minute < 8; minute++)
  bars.push({ ts: minute * 60_000, close: 100 + minute * 0.25, volume: minute });

console.log(`${bars.size} of ${bars.stats().pushed} bars are held, the newest closed at ${bars.at('close', -1)}`);

// The bar is still open: its close changes in place.
bars.amend({ close: 102.5 });
console.log('volumes of the last three bars:', bars.window('volume', 3));
console.log('closes in ticks of 0.01:', bars.window('close', 3));
console.log('as of minute 5:', bars.windowAsOf('ts', 5 * 60_000, 2));

const view = bars.window('volume', 5);
bars.append(8 * 60_000, 102.75, 8);
console.log('is the view of five bars still current?', bars.isCurrent(view));

const restored = SeriesRing.restore(bars.snapshot());
console.log('restored:', restored.row(-1));

const fills = new RingBuffer<string>(2);
for (const fill of ['first', 'second', 'third']) {
  const evicted = fills.push(fill);
  if (evicted !== undefined) console.log(`${fill} pushed out ${evicted}`);
}
