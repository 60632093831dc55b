import type { MarketWindow } from './market-window.js';
import { WINDOW } from './market-window.js';
import { evolve, type Genome, signalOf } from './genetic.js';
import { PpoModel } from './ppo.js';
import type { ModelKind, ModelSpec } from './roster.js';
import type { Signal } from './signal.js';
import { SpectrumModel } from './spectrum.js';

/** What a model gets at a boundary. */
export interface ModelInput {
  readonly window: MarketWindow;
  /** The feature vector of the window, or `undefined` before it is full. */
  readonly features: Float64Array | undefined;
  /** Number of the bar that just closed, counted from the epoch. */
  readonly barNumber: number;
}

/** A model of one symbol. Some remember: ask them once per boundary, in order. */
export interface Model {
  /** Says what to do, or `undefined` while there is not enough history. */
  predict(input: ModelInput): Signal | undefined;
}

/** Bars between two searches of the genetic model. */
const SEARCH_EVERY = 20;

/** Makes the model of a roster entry for one symbol. */
export function createModel({ kind, variant }: ModelSpec): Model {
  return MAKERS[kind](variant);
}

const MAKERS: Readonly<Record<ModelKind, (variant: number) => Model>> = {
  ppo: (variant) => {
    const policy = new PpoModel(0.34 + 0.08 * variant);
    return { predict: ({ features }) => policy.predict(features) };
  },
  genetic: (variant) => geneticModel(1 + variant),
  spectrum: (variant) => {
    const spectrum = new SpectrumModel(256 >> Math.min(variant, 2), 0.08);
    return { predict: ({ window }) => spectrum.predict(window.longClose) };
  },
};

/** Searches anew every {@link SEARCH_EVERY} bars and follows the best genome in between. */
function geneticModel(seed: number): Model {
  let genome: Genome | undefined;
  return {
    predict({ window, barNumber }) {
      if (window.close.length < WINDOW) return undefined;
      if (genome === undefined || barNumber % SEARCH_EVERY === 0) genome = evolve(window.close, seed);
      return signalOf(genome, window.close);
    },
  };
}
