import type { PackedPackage } from '../tools/packed-package.js';

/** What a gate found. */
export interface Verdict {
  readonly isPassed: boolean;
  /** A few words for the gate's line. */
  readonly summary: string;
  /** Everything a person needs to mend it; shown when the gate fails. */
  readonly details?: string;
}

/** What gates share in one run of the check. */
export interface CheckRun {
  /** True when reports in the repository are to be rewritten instead of compared. */
  readonly isUpdate: boolean;
  /** True when minutes do not matter: with `--all`, and when gates are asked for by name. */
  readonly isThorough: boolean;
  /** The packed and installed package, made once per run, when the first gate asks for it. */
  packed(): Promise<PackedPackage>;
}

/** One thing that must hold before a change lands. */
export interface Gate {
  /** What to call it on the command line. */
  readonly name: string;
  /** What it shows, for the help. */
  readonly claim: string;
  /** Gates that run first. When one of them fails this one fails too, without running. */
  readonly needs?: readonly string[];
  /** Runs only when asked for by name or with `--all`. */
  readonly isExtra?: boolean;
  /** Looks. May throw, which counts as a failure. */
  run(run: CheckRun): Promise<Verdict>;
}

/** A verdict over a list of problems: passed when there is none. */
export function verdict(summary: string, problems: readonly string[]): Verdict {
  if (problems.length === 0) return { isPassed: true, summary };
  return { isPassed: false, summary: `${problems.length} of them fail: ${summary}`, details: problems.join('\n') };
}
