import type { Clock } from 'tickwise/core';
import { cacheFeatures, cachePredictions, cacheRegime } from 'tickwise/memo';
import type { BotJob } from '../bot/job.js';
import { features } from '../models/features.js';
import { LONG_WINDOW } from '../models/market-window.js';
import { createModel } from '../models/model.js';
import { type Regime, regimeOf } from '../models/regime.js';
import { rosterOf } from '../models/roster.js';
import type { Signal } from '../models/signal.js';
import type { Moment, Seat } from './moment.js';
import { toleranceOf } from './tolerance.js';

/** What a model says, and the market as it sees it. */
export interface Voice extends Signal {
  readonly regime: Regime;
}

/** What the models say of one symbol, in the order of the roster; `undefined` where the history is too short yet. */
export type Opinion = readonly (Voice | undefined)[];

/** All models of a job. Those of a symbol share its features and regime. */
export class Analyst {
  readonly #bar: number;
  readonly #models: readonly string[];
  readonly #seats = new Map<string, readonly Seat[]>();
  readonly #features: (moment: Moment) => Float64Array | undefined;
  readonly #regime: (moment: Moment) => Regime;
  readonly #ask = ({ model }: Seat, moment: Moment): Signal | undefined => {
    const { window, at } = moment;
    return model.predict({ window, features: this.#features(moment), barNumber: at / this.#bar });
  };
  readonly #predict: (seat: Seat, moment: Moment) => Signal | undefined;

  constructor(job: BotJob, clock: Clock) {
    const tolerance = toleranceOf(job);
    this.#bar = job.bar;
    this.#models = job.models;
    this.#features = cacheFeatures(({ window }: Moment) => features(window), {
      name: 'features',
      clock,
      maxEntries: 256,
      ...tolerance.features,
    });
    this.#regime = cacheRegime(({ window }: Moment) => regimeOf(window.close), {
      name: 'regime',
      clock,
      maxEntries: 256,
      ...tolerance.regime,
    });
    const { predictions } = tolerance;
    this.#predict = predictions
      ? cachePredictions(this.#ask, { name: 'predictions', clock, ...predictions })
      : this.#ask;
  }

  /** Asks every model about a symbol at a boundary. Models remember: ask once per boundary, in order. */
  opinionOf(moment: Moment): Opinion {
    // A model that has too little history yet may have enough at the next boundary.
    const predict = moment.window.longClose.length < LONG_WINDOW ? this.#ask : this.#predict;
    return this.#seatsOf(moment.symbol).map((seat) => {
      const signal = predict(seat, moment);
      if (signal === undefined) return undefined;
      const { action, strength } = signal;
      return { action, strength, regime: this.#regime(moment) };
    });
  }

  #seatsOf(symbol: string): readonly Seat[] {
    const known = this.#seats.get(symbol);
    if (known !== undefined) return known;
    const seats = rosterOf(this.#models.join(',')).map((spec) => ({ spec, model: createModel(spec) }));
    this.#seats.set(symbol, seats);
    return seats;
  }
}
