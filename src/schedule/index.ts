export { Cadence, type CadenceStats } from './cadence.js';
export type { CadenceJobStats } from './cadence-job-loop.js';
export type { CadenceErrorContext, CadenceJob, CadenceOptions, CadenceSlot, MissedSlots } from './cadence-options.js';
