/** A number that somebody promised, and how to see whether it holds. */
export interface Claim {
  /** Who promised it: the document, and its words. */
  readonly source: { readonly document: string; readonly words: string };
  /** The promise in one line, such as `features computed: 80 % fewer`. */
  readonly claim: string;
  /** The workload and its rate, and what is compared with what. */
  readonly how: string;
  /** The figure it reads, when several claims of a group read the same one; else it has one of its own. */
  readonly figure?: string;
  /** Why it is not met, for one that cannot be. Printed when it is not. */
  readonly reason?: string;
  /**
   * Does the work the usual way and with tickwise, and says what came out.
   * @throws Error of the name UnavailableError when this machine lacks what it takes.
   * @throws Error when the two ways gave different results: no saving counts then.
   */
  measure(): Promise<Measured>;
  /** What the measured value is held against: the number in the document's words. */
  readonly promised: Promised;
}

/** A bound that a measured value keeps: savings and ratios reach at least so much, limits at most. */
export type Promised = { readonly atLeast: number } | { readonly atMost: number };

/** Whether a value keeps a promise. The bound itself does. */
export function isKept(promised: Promised, value: number): boolean {
  return 'atLeast' in promised ? value >= promised.atLeast : value <= promised.atMost;
}

/** What a claim came to. */
export interface Measured {
  /** The figure that the claim is held against. */
  readonly value: number;
  /** The same with its parts, such as `97.1 % fewer: 10,196 → 296`. */
  readonly text: string;
}

/** What a file of claims exports as default. */
export interface ClaimGroup {
  /** What the claims are about. */
  readonly title: string;
  /** Measures all in one process, for claims that share one long run. Else each has a process of its own. */
  readonly isShared?: boolean;
  readonly claims: readonly Claim[];
}

/** What a process that measures claims is told. */
export interface ClaimAssignment {
  /** Path of the compiled group. */
  readonly file: string;
  /** Positions among the group's claims. */
  readonly claims: readonly number[];
}

/** What became of one claim. */
export type ClaimOutcome =
  | { readonly type: 'measured'; readonly value: number; readonly text: string; readonly isMet: boolean }
  | { readonly type: 'unavailable'; readonly reason: string }
  | { readonly type: 'failed'; readonly reason: string };

/** A claim as it is printed and stored. */
export interface ClaimResult {
  /** Name of the group. */
  readonly group: string;
  readonly document: string;
  readonly words: string;
  readonly claim: string;
  /** What was measured: claims that read the same figure have the same. */
  readonly figure: string;
  readonly measured: string;
  readonly value: number | undefined;
  readonly verdict: 'met' | 'not met' | 'not measured';
  /** Whether measuring failed, though everything it takes is there. */
  readonly hasFailed: boolean;
  readonly how: string;
  /** Why it is not met, or why it could not be measured. */
  readonly reason: string | undefined;
}
