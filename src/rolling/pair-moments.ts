import { clamp } from './co-moment-kernels.js';
import type { CoMoments } from './co-moments.js';

const EPSILON = 2 ** -52;

/**
 * Count and central sums of one pair of symbols over the bars where both have a value.
 *
 * An exact pair gives whole numbers: `cross = n * Sxy - Sx * Sy`, `left = n * Sxx - Sx * Sx`,
 * `right = n * Syy - Sy * Sy` in ticks, which depend neither on the anchors nor on the path to them. Other
 * pairs give sums of products of distances from the mean.
 *
 * Cost: O(1), but for pairs of floats of which the bars in common vary much less than all of them, or which wait for
 * a rebuild: those are read in two passes over the window. One instance serves all reads, so that reading allocates
 * nothing.
 */
export class PairMoments {
  readonly #source: CoMoments;
  readonly #sharesGaps: boolean;
  readonly #tolerance: number;
  #left = 0;
  #right = 0;
  #count = 0;
  #sumLeft = 0;
  #sumRight = 0;
  #product = 0;
  #squareLeft = 0;
  #squareRight = 0;
  #isExact = false;

  /** `sharesGaps` says that a gap of one symbol is a gap of all; `tolerance` bounds the error of floats. */
  constructor(source: CoMoments, sharesGaps: boolean, tolerance: number) {
    this.#source = source;
    this.#sharesGaps = sharesGaps;
    this.#tolerance = tolerance;
  }

  /** Bars in which both symbols have a value. */
  get count(): number {
    return this.#count;
  }

  /** Correlation, NaN when either variance is 0. See {@link RollingCorrelation.correlation} for the expression. */
  correlation(): number {
    const left = this.#spread(this.#sumLeft, this.#squareLeft);
    const right = this.#spread(this.#sumRight, this.#squareRight);
    if (!(left > 0 && right > 0)) return NaN;
    if (this.#left === this.#right) return 1;
    if (this.#isExact) return clamp(this.#cross() / Math.sqrt(left * right));
    const cross = this.#crossOfShifts();
    // Two points lie on a line. Rounding must not say otherwise.
    return this.#count === 2 ? Math.sign(cross) : clamp(cross * ((1 / Math.sqrt(left)) * (1 / Math.sqrt(right))));
  }

  /** Covariance with `ddof`, NaN when the count is not above it. */
  covariance(ddof: number): number {
    const divisor = this.#count - ddof;
    if (divisor <= 0) return NaN;
    const { values } = this.#source;
    const unit = values.unitOf(this.#left) * values.unitOf(this.#right);
    return (this.#cross() / (this.#isExact ? this.#count * divisor : divisor)) * unit;
  }

  /** Slope of the left symbol on the right one, NaN when the right one's variance is 0. */
  slope(): number {
    const right = this.#spread(this.#sumRight, this.#squareRight);
    if (!(right > 0)) return NaN;
    const { values } = this.#source;
    return (this.#cross() / right) * (values.unitOf(this.#left) / values.unitOf(this.#right));
  }

  /** Reads a pair. The other members speak of the pair read last. */
  load(left: number, right: number): void {
    const { values, repair, moments } = this.#source;
    this.#left = left;
    this.#right = right;
    this.#isExact = values.isExact(left) && values.isExact(right);
    this.#takeSums();
    const hasOwnGaps = this.#hasOwnGaps();
    if (hasOwnGaps) this.#takeOffGaps();
    if (this.#isExact) return;
    if (hasOwnGaps ? !this.#isPrecise() : repair.isHopeless(left) || repair.isHopeless(right)) this.#readWindow();
    else {
      if (!hasOwnGaps && moments.isFlat(left)) this.#flattenLeft();
      if (!hasOwnGaps && moments.isFlat(right)) this.#flattenRight();
    }
  }

  #hasOwnGaps(): boolean {
    if (this.#sharesGaps || this.#left === this.#right) return false;
    return !(this.#source.isComplete(this.#left) && this.#source.isComplete(this.#right));
  }

  // Casts in this method: both indices are below the size of every array.
  #takeSums(): void {
    const { moments, products } = this.#source;
    this.#count = moments.observed[this.#left] as number;
    this.#sumLeft = products.sums[this.#left] as number;
    this.#sumRight = products.sums[this.#right] as number;
    this.#squareLeft = moments.square[this.#left] as number;
    this.#squareRight = moments.square[this.#right] as number;
    this.#product = this.#source.productOf(this.#left, this.#right);
  }

  #takeOffGaps(): void {
    const { gaps } = this.#source;
    this.#count -= gaps.countBeside(this.#left, this.#right);
    this.#sumLeft -= gaps.sumBeside(this.#left, this.#right);
    this.#sumRight -= gaps.sumBeside(this.#right, this.#left);
    this.#squareLeft -= gaps.squareBeside(this.#left, this.#right);
    this.#squareRight -= gaps.squareBeside(this.#right, this.#left);
  }

  // Whether the bars in common vary enough for what sums over all bars have lost by rounding.
  #isPrecise(): boolean {
    return (
      this.#isPreciseAlone(this.#left, this.#sumLeft, this.#squareLeft) &&
      this.#isPreciseAlone(this.#right, this.#sumRight, this.#squareRight)
    );
  }

  #isPreciseAlone(symbol: number, sum: number, square: number): boolean {
    const { moments, gaps } = this.#source;
    const lost = (moments.error[symbol] as number) + (gaps.error[symbol] as number); // as in takeSums
    const bound = 2 * lost + 8 * EPSILON * (moments.square[symbol] as number); // as in takeSums
    return this.#count > 2 && bound <= (this.#tolerance / 2) * this.#spread(sum, square);
  }

  // A first pass around the first joint bar and a second around the means, so that no digit is lost.
  #readWindow(): void {
    const first = this.#firstJointAge();
    if (first < 0) {
      this.#addAround(0, 0);
      return;
    }
    const left = this.#source.valueAt(this.#left, first);
    const right = this.#source.valueAt(this.#right, first);
    this.#addAround(left, right);
    const isLeftFlat = this.#squareLeft === 0;
    const isRightFlat = this.#squareRight === 0;
    this.#addAround(left + this.#sumLeft / this.#count, right + this.#sumRight / this.#count);
    if (isLeftFlat) this.#flattenLeft();
    if (isRightFlat) this.#flattenRight();
  }

  #firstJointAge(): number {
    for (let age = this.#source.bars - 1; age >= 0; age--) {
      const product = this.#source.valueAt(this.#left, age) * this.#source.valueAt(this.#right, age);
      if (!Number.isNaN(product)) return age;
    }
    return -1;
  }

  #addAround(leftCenter: number, rightCenter: number): void {
    this.#count = this.#sumLeft = this.#sumRight = this.#product = this.#squareLeft = this.#squareRight = 0;
    for (let age = this.#source.bars - 1; age >= 0; age--) {
      const left = this.#source.valueAt(this.#left, age) - leftCenter;
      const right = this.#source.valueAt(this.#right, age) - rightCenter;
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
    if (this.#count === 0) return 0;
    const sums = this.#sumLeft * this.#sumRight;
    return Number.isFinite(sums) ? this.#product - sums / this.#count : this.#crossOfShifts();
  }

  // As the kernels do it, who have a shift per symbol and nothing to divide.
  #crossOfShifts(): number {
    const root = Math.sqrt(this.#count);
    return this.#product - (this.#sumLeft / root) * (this.#sumRight / root);
  }

  #spread(sum: number, square: number): number {
    if (this.#isExact) return this.#count * square - sum * sum;
    if (this.#count === 0) return 0;
    const shift = sum / Math.sqrt(this.#count);
    return square - shift * shift;
  }
}
