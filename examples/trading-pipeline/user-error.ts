/** A mistake that a trader can mend. Its message is one sentence and is printed without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
