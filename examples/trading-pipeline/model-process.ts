import { workerData } from 'node:worker_threads';
import type { ModelWorkerData } from './optimised/model-records.js';
import { runModels } from './optimised/run-models.js';

// A thread, not a process: it shares the rings' memory with the bot that starts it. The cast names what ModelLink gives.
await runModels(workerData as ModelWorkerData);
