/** A row that tells whether it is the right one. */
export interface NumberedRow {
  readonly number: number;
  readonly payload: string;
}

/** What a row of this number has to hold. */
export function payloadOf(number: number): string {
  return `row ${number}: ${'abcdefghijklmnopqrstuvwxyz'.slice(number % 26).repeat(1 + (number % 5))}`;
}
