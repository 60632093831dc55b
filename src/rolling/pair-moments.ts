import type { CoMoments } from './co-moments.js';

/**
 * Count and central sums of one pair of symbols over the bars where both have a value.
 *
 * An exact pair gives whole numbers: `cross = n * Sxy - Sx * Sy`, `left = n * Sxx - Sx * Sx`,
 * `right = n * Syy - Sy * Sy` in ticks, which depend neither on the anchors nor on the path to them. Other
 * pairs give sums of products of distances from the mean.
 *
 * Cost: O(1) when neither symbol has a gap the other lacks, else one pass or two over the window. One
 * instance serves all reads, so that reading allocates nothing.
 */
export class PairMoments {
  readonly #source: CoMoments;
  readonly #sharesGaps: boolean;
  #left = 0;
  #right = 0;
  #count = 0;
  #sumLeft = 0;
  #sumRight = 0;
  #product = 0;
  #squareLeft = 0;
  #squareRight = 0;
  #isExact = false;

  /** `sharesGaps` says that a gap of one symbol is a gap of all. */
  constructor(source: CoMoments, sharesGaps: boolean) {
    this.#source = source;
    this.#sharesGaps = sharesGaps;
  }

  /** Bars in which both symbols have a value. */
  get count(): number {
    return this.#count;
  }

  /** Correlation, NaN when either variance is 0. See {@link RollingCorrelation.correlation} for the expression. */
  correlation(): number {
    const cross = this.#cross();
    const left = this.#spread(this.#sumLeft, this.#squareLeft);
    const right = this.#spread(this.#sumRight, this.#squareRight);
    if (!(left > 0 && right > 0)) return NaN;
    if (this.#left === this.#right) return 1;
    if (this.#isExact) return clamp(cross / Math.sqrt(left * right));
    // Two points lie on a line. Rounding must not say otherwise.
    return this.#count === 2 ? Math.sign(cross) : clamp(cross / (Math.sqrt(left) * Math.sqrt(right)));
  }

  /** Covariance with `ddof`, NaN when the count is not above it. */
  covariance(ddof: number): number {
    const divisor = this.#count - ddof;
    if (divisor <= 0) return NaN;
    const unit = this.#source.unitOf(this.#left) * this.#source.unitOf(this.#right);
    return (this.#cross() / (this.#isExact ? this.#count * divisor : divisor)) * unit;
  }

  /** Slope of the left symbol on the right one, NaN when the right one's variance is 0. */
  slope(): number {
    const right = this.#spread(this.#sumRight, this.#squareRight);
    if (!(right > 0)) return NaN;
    return (this.#cross() / right) * (this.#source.unitOf(this.#left) / this.#source.unitOf(this.#right));
  }

  /** Reads a pair. The other members speak of the pair read last. */
  load(left: number, right: number): void {
    const source = this.#source;
    this.#left = left;
    this.#right = right;
    this.#isExact = source.modeOf(left) === 'exact' && source.modeOf(right) === 'exact';
    if (this.#sharesGaps || left === right || (source.isComplete(left) && source.isComplete(right))) this.#takeSums();
    else this.#addJointBars();
  }

  // Casts in this method: both indices are below the size of every array.
  #takeSums(): void {
    const { moments } = this.#source;
    this.#count = moments.observed[this.#left] as number;
    this.#sumLeft = moments.sum[this.#left] as number;
    this.#sumRight = moments.sum[this.#right] as number;
    this.#squareLeft = moments.square[this.#left] as number;
    this.#squareRight = moments.square[this.#right] as number;
    this.#product = this.#source.productOf(this.#left, this.#right);
    if (this.#isExact) return;
    if (moments.isFlat(this.#left)) this.#flattenLeft();
    if (moments.isFlat(this.#right)) this.#flattenRight();
  }

  #addJointBars(): void {
    const { anchor } = this.#source.moments;
    this.#addAround(anchor[this.#left] as number, anchor[this.#right] as number); // as in takeSums
    if (!this.#isExact) this.#addAgainAroundMeans();
  }

  // Floats: a first pass around the first joint bar and a second around the means, so that no digit is lost.
  #addAgainAroundMeans(): void {
    const first = this.#firstJointSlot();
    if (first < 0) return;
    const left = this.#source.valueAt(this.#left, first);
    const right = this.#source.valueAt(this.#right, first);
    this.#addAround(left, right);
    const isLeftFlat = this.#squareLeft === 0;
    const isRightFlat = this.#squareRight === 0;
    this.#addAround(left + this.#sumLeft / this.#count, right + this.#sumRight / this.#count);
    if (isLeftFlat) this.#flattenLeft();
    if (isRightFlat) this.#flattenRight();
  }

  #firstJointSlot(): number {
    for (let slot = 0; slot < this.#source.window; slot++) {
      const product = this.#source.valueAt(this.#left, slot) * this.#source.valueAt(this.#right, slot);
      if (!Number.isNaN(product)) return slot;
    }
    return -1;
  }

  #addAround(leftCenter: number, rightCenter: number): void {
    this.#count = this.#sumLeft = this.#sumRight = this.#product = this.#squareLeft = this.#squareRight = 0;
    for (let slot = 0; slot < this.#source.window; slot++) {
      const left = this.#source.valueAt(this.#left, slot) - leftCenter;
      const right = this.#source.valueAt(this.#right, slot) - rightCenter;
      if (Number.isNaN(left) || Number.isNaN(right)) continue;
      this.#count++;
      this.#sumLeft += left;
      this.#sumRight += right;
      this.#product += left * right;
      this.#squareLeft += left * left;
      this.#squareRight += right * right;
    }
  }

  #flattenLeft(): void {
    this.#sumLeft = this.#squareLeft = this.#product = 0;
  }

  #flattenRight(): void {
    this.#sumRight = this.#squareRight = this.#product = 0;
  }

  #cross(): number {
    if (this.#isExact) return this.#count * this.#product - this.#sumLeft * this.#sumRight;
    return this.#count === 0 ? 0 : this.#product - (this.#sumLeft * this.#sumRight) / this.#count;
  }

  #spread(sum: number, square: number): number {
    if (this.#isExact) return this.#count * square - sum * sum;
    return this.#count === 0 ? 0 : square - (sum * sum) / this.#count;
  }
}

function clamp(correlation: number): number {
  return Math.max(-1, Math.min(1, correlation));
}
