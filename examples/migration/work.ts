import { features } from '../trading-pipeline/models/features.js';
import type { MarketWindow } from '../trading-pipeline/models/market-window.js';
import { type Regime, regimeOf } from '../trading-pipeline/models/regime.js';

/** How often the expensive work was done in this process. */
export const work = { features: 0, regimes: 0 };

/** The features of a window, counted. */
export function countedFeatures(window: MarketWindow): Float64Array | undefined {
  work.features++;
  return features(window);
}

/** The regime of a window, counted. */
export function countedRegime(close: ArrayLike<number>): Regime {
  work.regimes++;
  return regimeOf(close);
}
