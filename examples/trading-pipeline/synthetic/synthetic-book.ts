import type { Random } from './random.js';

export type Side = 'bid' | 'ask';

/** Levels a side that the book is kept at. */
const DEPTH = 50;
/** Levels beyond which the furthest are taken out. */
const MOST = 60;
/** Widest gap between the levels nearest to the touch, in ticks. */
const WIDEST_GAP = 12;

interface Level {
  readonly tick: number;
  lots: number;
}

/** An order book in whole ticks and lots, which remembers what changed since it was last asked. */
export class SyntheticBook {
  readonly #random: Random;
  readonly #meanLots: number;
  /** Best first. Bids fall, asks rise. */
  readonly #levels: Readonly<Record<Side, Level[]>> = { bid: [], ask: [] };
  #changed: Record<Side, Map<number, number>> = { bid: new Map(), ask: new Map() };

  constructor(random: Random, bidTick: number, meanLots: number) {
    this.#random = random;
    this.#meanLots = meanLots;
    this.#setBest('bid', bidTick);
    this.#setBest('ask', bidTick + 1);
    this.takeChanges();
  }

  best(side: Side): Readonly<Level> {
    const [best] = this.#levels[side];
    // Every change refills the side that it takes from.
    if (best === undefined) throw new RangeError(`the ${side} side is empty`);
    return best;
  }

  get mid(): number {
    return (this.best('bid').tick + this.best('ask').tick) / 2;
  }

  levels(side: Side): readonly Readonly<Level>[] {
    return this.#levels[side];
  }

  /** Moves the touch. Levels in the way are taken out, new ones fill the gaps. `bidTick < askTick`. */
  move(bidTick: number, askTick: number): void {
    this.#setBest('bid', bidTick);
    this.#setBest('ask', askTick);
  }

  /** Takes lots from the best level, which goes when none are left. */
  take(side: Side, lots: number): void {
    const best = this.best(side);
    this.#set(side, 0, best.lots - lots);
    this.#fill(side);
  }

  /** Gives the level at `index` a new size. Does nothing where there is no such level. */
  resize(side: Side, index: number): void {
    if (index < this.#levels[side].length) this.#set(side, index, this.#newLots(index));
  }

  /** Sizes by tick since the last call, 0 for levels that are gone. */
  takeChanges(): Readonly<Record<Side, ReadonlyMap<number, number>>> {
    const changed = this.#changed;
    this.#changed = { bid: new Map(), ask: new Map() };
    return changed;
  }

  #setBest(side: Side, tick: number): void {
    const levels = this.#levels[side];
    while (levels[0] !== undefined && this.#isBetter(side, levels[0].tick, tick)) this.#set(side, 0, 0);
    if (levels[0]?.tick !== tick) this.#insert(side, 0, tick);
    this.#fill(side);
  }

  #isBetter(side: Side, tick: number, than: number): boolean {
    return side === 'bid' ? tick > than : tick < than;
  }

  /** Closes wide gaps near the touch, then brings the side back to its depth. */
  #fill(side: Side): void {
    const levels = this.#levels[side];
    const away = side === 'bid' ? -1 : 1;
    for (let i = 0; i < DEPTH; i += 1) {
      const [near, next] = [levels[i]?.tick ?? 0, levels[i + 1]?.tick];
      const step = this.#random.integer(1, WIDEST_GAP);
      if (next === undefined || Math.abs(next - near) > WIDEST_GAP) this.#insert(side, i + 1, near + away * step);
    }
    while (levels.length > MOST) this.#set(side, levels.length - 1, 0);
  }

  #insert(side: Side, index: number, tick: number): void {
    const lots = this.#newLots(index);
    this.#levels[side].splice(index, 0, { tick, lots });
    this.#changed[side].set(tick, lots);
  }

  #set(side: Side, index: number, lots: number): void {
    const level = this.#levels[side][index];
    if (level === undefined) return;
    level.lots = lots;
    if (lots === 0) this.#levels[side].splice(index, 1);
    this.#changed[side].set(level.tick, lots);
  }

  /** Sizes grow away from the touch. */
  #newLots(index: number): number {
    const scale = this.#meanLots * (0.5 + Math.min(index, 20) / 20);
    return 1 + Math.floor(scale * this.#random.exponential());
  }
}
