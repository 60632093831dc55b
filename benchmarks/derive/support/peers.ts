/** The parts of the peers that the benchmarks use. Declared here, so that type checks work without them installed. */

/** @preact/signals-core 1. */
export interface PreactModule {
  readonly signal: (value: number) => { value: number };
  readonly computed: (compute: () => number) => { readonly value: number };
  readonly effect: (run: () => void) => () => void;
}

/** alien-signals 3. */
export interface AlienModule {
  readonly signal: (value: number) => (value?: number) => number;
  readonly computed: (compute: () => number) => () => number;
  readonly effect: (run: () => void) => () => void;
}
