import { runAsChild } from './bot/child.js';
import { runOptimised } from './optimised/run.js';

runAsChild(runOptimised);
