import type { FailureReporter } from '../core/failures.js';
import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { SchedulerErrorContext } from './scheduler-options.js';

/** Calls the caller's functions: what they throw is reported, and a stand-in takes their answer's place. */
export class Guard {
  readonly #reporter: FailureReporter<SchedulerErrorContext>;

  constructor(reporter: FailureReporter<SchedulerErrorContext>) {
    this.#reporter = reporter;
  }

  /** Failures so far. */
  get count(): number {
    return this.#reporter.count;
  }

  /** Reports a failure. */
  report(error: unknown, operation: SchedulerErrorContext['operation']): void {
    this.#reporter.report(error, { operation });
  }

  /** A function that answers as `call` does, or with the stand-in. */
  wrap<Argument, Answer>(
    operation: SchedulerErrorContext['operation'],
    call: (argument: Argument) => Answer,
    standIn: () => Answer,
  ): (argument: Argument) => Answer {
    return (argument) => {
      try {
        return call(argument);
      } catch (error) {
        this.report(error, operation);
        return standIn();
      }
    };
  }

  /** Weights above 0; anything else is reported and counts as 1. */
  weight<Key>(call: (key: Key) => number): (key: Key) => number {
    return this.wrap(
      'weight',
      (key: Key) => checked('weight', call(key), (weight) => weight > 0),
      () => 1,
    );
  }

  /** Priorities; NaN is reported and comes last. */
  priority<Key>(call: (key: Key) => number): (key: Key) => number {
    return this.wrap(
      'priority',
      (key: Key) => checked('priority', call(key), () => true),
      () => -Infinity,
    );
  }
}

function checked(name: string, value: number, isValid: (value: number) => boolean): number {
  if (typeof value === 'number' && !Number.isNaN(value) && isValid(value)) return value;
  throw new ArgumentError(`${name} must return a number${name === 'weight' ? ' above 0' : ''}, got ${show(value)}`);
}
