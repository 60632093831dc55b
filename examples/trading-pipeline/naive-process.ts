import { runAsChild } from './bot/child.js';
import { runNaive } from './naive/run.js';

runAsChild(runNaive);
