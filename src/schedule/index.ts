export { AdaptiveScheduler } from './adaptive-scheduler.js';
export { Cadence, type CadenceStats } from './cadence.js';
export type { CadenceJobStats } from './cadence-job-loop.js';
export type { CadenceErrorContext, CadenceJob, CadenceOptions, CadenceSlot, MissedSlots } from './cadence-options.js';
export type { AnswerHeaders, Feedback } from './feedback.js';
export { type FirstGood, firstGood, type FirstGoodOptions, type Source } from './first-good.js';
export type { Task } from './list-run.js';
export type { BreakerGate, RateGate, RateWindow } from './rate-gate.js';
export type { RunOptions } from './run-options.js';
export type { RunReport, RunStats, RunStop, StreamItem } from './run-report.js';
export type {
  AdaptiveConcurrency,
  AdaptiveSchedulerOptions,
  ClassOptions,
  EarlyExitOptions,
  HedgeOptions,
  SchedulerErrorContext,
  TaskRetryOptions,
} from './scheduler-options.js';
export type { SchedulerStats } from './scheduler-stats.js';
export type { SubmitOptions } from './submit-options.js';
export type { TaskContext } from './task-context.js';
