import { badRowCases } from './bad-row-cases.js';
import { resendCases } from './resend-cases.js';
import type { SinkCase } from './sink-case.js';
import { storingCases } from './storing-cases.js';

/**
 * What every `Sink` has to do, as cases for any test runner.
 *
 * A sink's claims decide what is asked of it: one that says `isIdempotent` or `reportsRows` is held to it.
 *
 * @example
 * for (const { title, run } of sinkContract) {
 *   test(title, () => run(async () => ({ open: () => mySink(await newTable()), row: (id) => ({ id }), stored: readIds })));
 * }
 */
export const sinkContract: readonly SinkCase[] = [...storingCases, ...badRowCases, ...resendCases];
