import { isAscii, isUtf8 } from 'node:buffer';
import { CorruptDataError } from '../core/errors.js';

/**
 * The text of a frame. Hot path: a look for bytes above 127 and a copy; nearly all frames have none.
 *
 * The WebSocket does not check what it hands over, so that frames nobody reads cost no check.
 * @throws CorruptDataError when the bytes are no UTF-8.
 */
export function frameText(frame: Buffer): string {
  if (isAscii(frame)) return frame.toString('latin1');
  if (isUtf8(frame)) return frame.toString();
  throw new CorruptDataError(`a frame must be UTF-8, got ${frame.length} bytes that are not`);
}
