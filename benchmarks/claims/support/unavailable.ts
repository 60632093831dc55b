/**
 * Something that a measurement needs is not on this machine, such as a Redis. The claim is then not measured, which is
 * no fault.
 */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
