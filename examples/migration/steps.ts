import type { Bot } from './job.js';
import { run as usualWay } from './steps/0-usual-way.js';
import { run as featuresOnce } from './steps/1-features-once.js';
import { run as oneFeed } from './steps/2-one-feed.js';
import { run as oneHistory } from './steps/3-one-history.js';
import { run as batches } from './steps/4-batches.js';
import { run as regimeOnce } from './steps/5-regime-once.js';
import { run as alertsOnce } from './steps/6-alerts-once.js';

/** The bot after each step; its number is its place. */
export const STEPS: readonly { readonly name: string; readonly run: Bot }[] = [
  { name: 'usual way', run: usualWay },
  { name: 'features once', run: featuresOnce },
  { name: 'one feed', run: oneFeed },
  { name: 'one history', run: oneHistory },
  { name: 'batches', run: batches },
  { name: 'regime once', run: regimeOnce },
  { name: 'alerts once', run: alertsOnce },
];
