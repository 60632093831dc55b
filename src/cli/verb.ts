/** Where a command prints. */
export interface Output {
  /** Prints a line of the result. */
  print(line: string): void;
  /** Prints a line that is no part of the result. */
  complain(line: string): void;
  /** Shows a line in the place of the one shown before, and nothing once it is empty. @default nothing is shown */
  progress?(line: string): void;
  /** Calls `stop` when the user presses Ctrl-C, instead of ending the process. @default never */
  onInterrupt?(stop: () => void): Disposable;
}

/** One verb of the command. */
export interface Verb {
  /** One line for the list of verbs. */
  readonly summary: string;
  /** What `--help` prints; without it the verb is run and answers by itself. */
  readonly help?: string;
  /** Does it. Resolves with the exit code: 0 fine, 1 something is wrong with what was looked at. */
  run(args: readonly string[], output: Output): Promise<number>;
}

/** The command was called in a way that makes no sense. The exit code is 2. */
export class UsageError extends Error {
  /** For those who catch it. */
  override readonly name = 'UsageError';
}
