/** Compile-time test of tickwise/metrics: one log is the onError of everything that has one. */
import type { BatchWriterOptions } from 'tickwise/batch';
import type { FeedPoolOptions } from 'tickwise/feed';
import type { HubOptions } from 'tickwise/hub';
import { ErrorLog } from 'tickwise/metrics';
import type { CadenceOptions } from 'tickwise/schedule';
import type { RedisSinkOptions } from 'tickwise/sinks/redis';

const { report } = new ErrorLog();

export const handlers: [
  BatchWriterOptions<object>['onError'],
  FeedPoolOptions['onError'],
  HubOptions<Record<string, unknown>>['onError'],
  CadenceOptions['onError'],
  RedisSinkOptions<object>['onError'],
] = [report, report, report, report, report];
