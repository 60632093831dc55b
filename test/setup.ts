import * as fc from 'fast-check';

/**
 * The random tests take the same path each time, so that a failure is of the change and not of the day.
 * `TICKWISE_SEED=<number>` takes another; the soak takes a new one each time.
 *
 * A list that names its `maxLength` gets as long as that: by default fast-check makes lists of about five items,
 * whatever they may hold. `size: 'small'` beside a `maxLength` brings that back.
 */
fc.configureGlobal({
  seed: Number(process.env['TICKWISE_SEED'] ?? 20_240_808),
  defaultSizeToMaxWhenMaxSpecified: true,
});
