/** Every supported Node has it; the compiler's library of this target does not. */
interface CheckedText {
  isWellFormed(): boolean;
}

/** Whether a text has no lone surrogates, which UTF-8 cannot hold. */
export function isWellFormed(text: string): boolean {
  return (text as string & CheckedText).isWellFormed();
}
