import * as fc from 'fast-check';

/**
 * The random tests take the same path each time, so that a failure is of the change and not of the day.
 * `TICKWISE_SEED=<number>` takes another; the soak takes a new one each time.
 */
fc.configureGlobal({ seed: Number(process.env['TICKWISE_SEED'] ?? 20_240_808) });
