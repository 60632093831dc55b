import { CorruptDataError } from '../core/errors.js';

/** The error for bytes that are no block, or no longer one. `reason` says what was found. */
export function corruptBlock(reason: string, cause?: unknown): CorruptDataError {
  return new CorruptDataError(`SeriesCodec: the block is truncated or altered: ${reason}`, { cause });
}
