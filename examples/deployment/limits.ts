/**
 * Prints the limits that the run of a bot recommends for its container.
 * Run: npm run example -- deployment/limits http://127.0.0.1:9464/metrics
 */
import { readUse } from './measured-use.js';
import { recommend } from './recommendation.js';

const address = process.argv[2];
if (address === undefined) {
  console.error('usage: npm run example -- deployment/limits <address of the metrics of a bot>');
  process.exitCode = 2;
} else {
  const answer = await fetch(address);
  const use = readUse(await answer.text(), 1);
  console.log(`after ${(use.elapsedMs / 1_000).toFixed(0)} s:`, recommend(use));
}
