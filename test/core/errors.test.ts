import * as core from 'tickwise/core';
import {
  ArgumentError,
  CircuitOpenError,
  ClosedError,
  ConfigError,
  CorruptDataError,
  DeadlineError,
  OverflowError,
  PeerMissingError,
  TickwiseError,
  TimeoutError,
  UnsupportedKeyError,
} from 'tickwise/core';
import { describe, expect, it } from 'vitest';

/** The one table of codes. A code here is never renamed. */
const TABLE = [
  ['ConfigError', 'ERR_CONFIG', ConfigError],
  ['ArgumentError', 'ERR_INVALID_ARGUMENT', ArgumentError],
  ['ClosedError', 'ERR_CLOSED', ClosedError],
  ['OverflowError', 'ERR_OVERFLOW', OverflowError],
  ['TimeoutError', 'ERR_TIMEOUT', TimeoutError],
  ['DeadlineError', 'ERR_DEADLINE', DeadlineError],
  ['CircuitOpenError', 'ERR_CIRCUIT_OPEN', CircuitOpenError],
  ['UnsupportedKeyError', 'ERR_UNSUPPORTED_KEY', UnsupportedKeyError],
  ['CorruptDataError', 'ERR_CORRUPT_DATA', CorruptDataError],
  ['PeerMissingError', 'ERR_PEER_MISSING', PeerMissingError],
] as const;

describe.each(TABLE)('%s', (name, code, ErrorClass) => {
  it(`carries the code ${code} and its own name`, () => {
    const error = new ErrorClass('what happened');

    expect(error).toMatchObject({ code, name, message: 'what happened' });
    expect(String(error)).toBe(`${name}: what happened`);
    expect(error.stack).toContain('errors.test.ts');
  });

  it('is an Error and a TickwiseError and no other of them', () => {
    const error = new ErrorClass('x');
    const others = TABLE.filter(([other]) => other !== name).map(([, , other]) => other);

    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(TickwiseError);
    expect(others.some((other) => error instanceof other)).toBe(false);
  });

  it('keeps its cause, and has none without', () => {
    const cause = new Error('why');

    expect(new ErrorClass('x', { cause }).cause).toBe(cause);
    expect('cause' in new ErrorClass('x')).toBe(false);
  });
});

describe('table of codes', () => {
  it('names every error class that core exports', () => {
    const exported = Object.entries(core)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof TickwiseError)
      .map(([name]) => name);

    expect(exported.toSorted()).toEqual(TABLE.map(([name]) => name).toSorted());
  });

  it('has each code once', () => {
    expect(new Set(TABLE.map(([, code]) => code)).size).toBe(TABLE.length);
  });
});
