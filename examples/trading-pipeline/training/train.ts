/**
 * Trains the policy of the `ppo` model and writes its weights: `npm run train`.
 *
 * Ends with a failure when the policy does not beat a random one on episodes it has never seen.
 */
import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { PolicyNetwork } from '../models/network.js';
import { byChance, evaluate, greedy, type Score } from './evaluate.js';
import { Trainer } from './trainer.js';

const SEED = 7;
const ITERATIONS = 300;
const OUT_OF_SAMPLE = Array.from({ length: 400 }, (_, i) => 900_000_000 + i);
/** Standard errors by which the policy must be better. */
const MARGIN = 5;

const target = process.argv[2];
if (target === undefined) {
  console.error('usage: train <file to write the weights to>');
  process.exit(2);
}

const trainer = new Trainer(SEED);
const bar = new SingleBar({
  format: 'training {bar} {value}/{total}  reward per episode {reward}',
  stream: process.stderr,
  noTTYOutput: true,
});
bar.start(ITERATIONS, 0, { reward: '–' });
for (let i = 1; i <= ITERATIONS; i++) {
  bar.update(i, { reward: trainer.iterate().toFixed(1) });
  await setImmediate(); // lets the bar be drawn
}
bar.stop();

const weights = rounded(trainer.network);
const trained = evaluate(greedy(new PolicyNetwork(weights)), OUT_OF_SAMPLE);
const chance = evaluate(byChance(), OUT_OF_SAMPLE);
console.log(`out of sample, reward per episode: trained ${show(trained)}, by chance ${show(chance)}`);
if (trained.mean - chance.mean < MARGIN * Math.hypot(trained.standardError, chance.standardError)) {
  console.error('the trained policy is not better than chance; the weights were not written');
  process.exit(1);
}
writeFileSync(target, `${JSON.stringify(weights)}\n`);
console.log(`wrote ${target}`);

/** Weights as text of five digits: enough for the same decisions, and a small file. */
function rounded({ inputs, hidden, w1, b1, w2, b2 }: PolicyNetwork): ConstructorParameters<typeof PolicyNetwork>[0] {
  const short = (values: Float64Array): number[] => Array.from(values, (value) => Number(value.toPrecision(5)));
  return { inputs, hidden, w1: short(w1), b1: short(b1), w2: short(w2), b2: short(b2) };
}

function show({ mean, standardError }: Score): string {
  return `${mean.toFixed(2)} ± ${standardError.toFixed(2)}`;
}
