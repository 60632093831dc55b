import { expect, it } from 'vitest';
import { WINDOW } from '../../../examples/trading-pipeline/models/market-window.js';
import { gaussian, seededRandom } from '../../../examples/trading-pipeline/models/random.js';
import { regimeOf } from '../../../examples/trading-pipeline/models/regime.js';

function walk(step: (i: number) => number): Float64Array {
  const close = new Float64Array(WINDOW).fill(100);
  for (let i = 1; i < WINDOW; i++) close[i] = (close[i - 1] ?? 100) + step(i);
  return close;
}

const random = seededRandom(11);
const zigzag = (i: number): number => (i % 2 === 0 ? 0.01 : -0.01);

it.each([
  ['unknown before the window is full', new Float64Array(WINDOW - 1).fill(100), 'unknown'],
  ['quiet when hardly a bar changes', walk((i) => (i % 50 === 0 ? 0.01 : 0)), 'quiet'],
  ['range when the path leads nowhere', walk(zigzag), 'range'],
  ['rising when most of the path leads up', walk((i) => zigzag(i) * 0.5 + 0.01), 'rising'],
  ['falling when most of the path leads down', walk((i) => zigzag(i) * 0.5 - 0.01), 'falling'],
  ['turbulent when the newest bars move far more', walk((i) => gaussian(random) * (i > 179 ? 1 : 0.05)), 'turbulent'],
])('is %s', (_, close, regime) => {
  expect(regimeOf(close)).toBe(regime);
});
