import { faultCases } from './fault-cases.js';
import { hubCases } from './hub-cases.js';
import type { SourceCase } from './source-case.js';
import { topicCases } from './topic-cases.js';

/**
 * What every `TopicSource` has to do, as cases for any test runner.
 *
 * Cases about refusals and interruptions pass at once when the bench has none.
 *
 * @example
 * for (const { title, run } of sourceContract) test(title, () => run(() => openMyVenueAndSource()));
 */
export const sourceContract: readonly SourceCase[] = [...topicCases, ...hubCases, ...faultCases];
