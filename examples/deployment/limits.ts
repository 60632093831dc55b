/**
 * Prints the limits that a measured run recommends for the bot's container.
 * Run: npm run -s demo -- --json > report.json && npm run example -- deployment/limits report.json
 */
import { readFileSync } from 'node:fs';
import { type MeasuredVersion, recommend } from './recommendation.js';

interface MeasuredRun {
  readonly input: { readonly name: string; readonly seconds: number };
  readonly naive: MeasuredVersion;
  readonly optimised: MeasuredVersion;
}

const path = process.argv[2];
if (path === undefined) {
  console.error('usage: npm run example -- deployment/limits <report.json>');
  process.exitCode = 2;
} else {
  const { input, naive, optimised } = JSON.parse(readFileSync(path, 'utf8')) as MeasuredRun; // the demo wrote it
  console.log(`limits from ${input.name}, ${input.seconds.toFixed(0)} s of market time:`);
  console.table({ 'usual way': recommend(naive, input.seconds), tickwise: recommend(optimised, input.seconds) });
}
