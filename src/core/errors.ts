/** Every code an error of this package can carry. Codes are never renamed; branch on them, not on classes. */
export type ErrorCode =
  | 'ERR_CONFIG'
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_CLOSED'
  | 'ERR_OVERFLOW'
  | 'ERR_TIMEOUT'
  | 'ERR_DEADLINE'
  | 'ERR_CIRCUIT_OPEN'
  | 'ERR_UNSUPPORTED_KEY'
  | 'ERR_CORRUPT_DATA'
  | 'ERR_PEER_MISSING';

/** Base of all errors thrown by this package. */
export abstract class TickwiseError extends Error {
  /** Stable identifier to branch on. ESM and CJS copies of a class differ, their codes do not. */
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An option has a wrong name or value. Names the option, what was expected and what came. */
export class ConfigError extends TickwiseError {
  /** Thrown while options are read, before anything of the call has taken effect. */
  readonly code = 'ERR_CONFIG';
}

/** An argument of a call, or a row of data, has a wrong value. */
export class ArgumentError extends TickwiseError {
  /** The same call with the same argument fails again. */
  readonly code = 'ERR_INVALID_ARGUMENT';
}

/** The object was closed before the call, or while it was waiting. */
export class ClosedError extends TickwiseError {
  /** The object never opens again; make a new one. */
  readonly code = 'ERR_CLOSED';
}

/** A bounded buffer was full and its policy gave this item up. */
export class OverflowError extends TickwiseError {
  /** Offering the same again may succeed once there is room. */
  readonly code = 'ERR_OVERFLOW';
}

/** One attempt took longer than its timeout. */
export class TimeoutError extends TickwiseError {
  /** Whether the other side did the work is not known. */
  readonly code = 'ERR_TIMEOUT';
}

/** All attempts together took longer than the deadline. */
export class DeadlineError extends TickwiseError {
  /** No further attempt follows. */
  readonly code = 'ERR_DEADLINE';
}

/** A circuit breaker refused the call. */
export class CircuitOpenError extends TickwiseError {
  /** The call was not started. */
  readonly code = 'ERR_CIRCUIT_OPEN';
}

/** A value cannot be part of a cache key without the risk of merging two different calls. */
export class UnsupportedKeyError extends TickwiseError {
  /** No key was made, so nothing was looked up or stored under one. */
  readonly code = 'ERR_UNSUPPORTED_KEY';
}

/** Stored or received bytes are truncated or altered. */
export class CorruptDataError extends TickwiseError {
  /** The same bytes fail again; fetch them anew or start empty. */
  readonly code = 'ERR_CORRUPT_DATA';
}

/** An optional package is not installed. Names it. */
export class PeerMissingError extends TickwiseError {
  /** The message names the command that installs it; `cause` is what the import failed with. */
  readonly code = 'ERR_PEER_MISSING';
}
