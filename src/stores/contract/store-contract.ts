import { leaseCases } from './lease-cases.js';
import { misuseCases } from './misuse-cases.js';
import { sharingCases } from './sharing-cases.js';
import type { StoreCase } from './store-case.js';
import { timeCases } from './time-cases.js';
import { valueCases } from './value-cases.js';

/**
 * What every `CacheStore` has to do, as cases for any test runner.
 *
 * Cases for leases pass at once when the store has none.
 *
 * @example
 * for (const { title, run } of storeContract) test(title, () => run(() => new MyStore(settings)));
 */
export const storeContract: readonly StoreCase[] = [
  ...valueCases,
  ...timeCases,
  ...sharingCases,
  ...leaseCases,
  ...misuseCases,
];
