import { expect, it } from 'vitest';
import { readCommandLine } from '../../../examples/trading-pipeline/demo/options.js';

it.each([
  ['two minutes of a synthetic session', ['--dashboard'], { speed: 10, seconds: 1_200 }],
  ['what the user says', ['--dashboard', '--speed', 'max', '--seconds', '60'], { speed: 'max', seconds: 60 }],
  ['all bars of a file', ['--dashboard', '--bars', 'bars.csv'], { speed: 10, seconds: undefined }],
])('a dashboard shows %s', (_, argv, { speed, seconds }) => {
  const options = readCommandLine(argv, {});

  expect([options.speed, options.seconds]).toEqual([speed, seconds]);
});
