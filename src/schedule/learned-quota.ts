/**
 * A rate limit that nobody told, learned from refusals.
 *
 * Until the first 429 nothing is held back. It says two things: when the venue's window ends (Retry-After), and that
 * what was used in that window is the limit. The venue's own count is taken where answers carry it, else the weight of
 * what was started in the window and not refused. From then on windows of that length follow one another, and each
 * gets at most that weight.
 *
 * The length of the window is the shortest usual one that the pause fits in. If refusals then come while less than
 * half of the limit is used, the window is longer than thought, and the next longer one is taken. Where weights are
 * not told, the venue's count also says how much a task weighs on average.
 *
 * After a minute and ten windows without a refusal the limit is raised by a tenth, since it may have been learned while
 * others used a part of it, or the venue may have raised it. A refusal after less than a weight of ten says nothing of
 * the limit, unless the venue tells its count: then there is only the pause.
 */

/** Lengths of windows that venues use, in milliseconds. */
const INTERVALS = [1_000, 5_000, 10_000, 60_000, 300_000, 600_000, 3_600_000, 86_400_000] as const;
/** Pause after a refusal that does not say how long, in milliseconds. */
const UNTOLD_PAUSE = 1_000;
/** The venue's clock and the way there may differ by this; a window opens so much later. In milliseconds. */
const GUARD = 1;
/** Weight that must have been used here before a refusal says what the limit is, unless the venue tells. */
const LEAST_USED = 10;
/** Time and windows without a refusal after which the limit is raised, and by how much. The time in milliseconds. */
const RAISE = { after: 60_000, windows: 10, factor: 1.1 } as const;
/** Own weight between two answers from which the venue's weight of a unit is learned. */
const COMPARED_OVER = 20;
/** Above this the venue counts another weight than was told. */
const UNTOLD_WEIGHT = 1.1;
/** Longest time of which own starts are remembered, in slots of 100 ms. */
const SLOTS = 6_000;
const SLOT = 100;

/** Learns how much weight a window may have, and holds back what is more. */
export class LearnedQuota {
  /** Weight of starts by the slot of time they fell in, to count a window that is learned of only at its end. */
  readonly #recent = new Float64Array(SLOTS);
  #newestSlot = 0;
  /** Weight spent in the present burst, whose time is not known yet. */
  #unplaced = 0;
  #limit = Infinity;
  #interval = 0;
  #windowEnd = 0;
  #spent = 0;
  /** The venue's count, and what was spent here when it was told, in this window. */
  #told = 0;
  #toldAt = 0;
  #weightFactor = 1;
  #comparedUsed = 0;
  #comparedSpent = 0;
  #isUnknown = true;
  #pausedUntil = 0;
  #lastRefusal = 0;

  /** The learned limit; Infinity before the first refusal. */
  get limit(): number {
    return this.#limit;
  }

  /** Length of the learned window in milliseconds; 0 before the first refusal. */
  get interval(): number {
    return this.#interval;
  }

  /** Whether there was no refusal yet, so that nothing is held back. */
  get isUnknown(): boolean {
    return this.#isUnknown;
  }

  /** Takes `weight` while nothing is held back. */
  spend(weight: number): void {
    this.#spent += weight;
    this.#unplaced += weight;
  }

  /** Notes when the weight was spent that was spent in a burst. */
  endBurst(now: number): void {
    if (this.#unplaced === 0) return;
    const slot = Math.floor(now / SLOT);
    for (let next = Math.max(this.#newestSlot + 1, slot - SLOTS + 1); next <= slot; next++) {
      this.#recent[next % SLOTS] = 0;
    }
    this.#newestSlot = Math.max(this.#newestSlot, slot);
    this.#recent[slot % SLOTS] = (this.#recent[slot % SLOTS] ?? 0) + this.#unplaced;
    this.#unplaced = 0;
  }

  /** Takes `weight` and returns 0, or takes nothing and returns the milliseconds to wait. Leaves `leave` of the limit. */
  tryAcquire(weight: number, leave: number, now: number): number {
    if (now < this.#pausedUntil) return this.#pausedUntil - now;
    if (this.#limit !== Infinity) {
      this.#roll(now);
      const room = this.#limit * (1 - leave) - this.#doubt();
      // Something heavier than the whole limit goes alone.
      if (this.#used() + weight * this.#weightFactor > room && this.#used() > 0) {
        return Math.max(this.#windowEnd - now, GUARD);
      }
    }
    this.spend(weight);
    return 0;
  }

  /** Milliseconds that nothing may start after a refusal; 0 when there is no pause. */
  pauseAt(now: number): number {
    return Math.max(0, this.#pausedUntil - now);
  }

  /** Window that a task started in, to tell whether the venue's count in its answer is of the present one. */
  get windowEnd(): number {
    return this.#windowEnd;
  }

  /** Weight spent in this window. */
  get spent(): number {
    return this.#spent;
  }

  /** Takes the venue's own count into account, from the answer to a task started when `spent` had been spent. */
  observeUsed(used: number, spent: number, windowEnd: number): void {
    if (windowEnd !== this.#windowEnd) return;
    this.#compare(used, spent);
    if (this.#limit !== Infinity && used < this.#told) return;
    this.#told = used;
    this.#toldAt = spent;
    if (used > this.#limit) this.#limit = used;
  }

  /** Learns how much the venue counts for a unit of ours, between two answers of one window of the venue. */
  #compare(used: number, spent: number): void {
    if (used < this.#comparedUsed || spent < this.#comparedSpent) {
      this.#comparedUsed = used;
      this.#comparedSpent = spent;
      return;
    }
    const ours = spent - this.#comparedSpent;
    if (ours < COMPARED_OVER) return;
    const factor = Math.max(1, (used - this.#comparedUsed) / ours);
    this.#weightFactor += 0.3 * (factor - this.#weightFactor);
    this.#comparedUsed = used;
    this.#comparedSpent = spent;
  }

  /**
   * Learns from a refusal of a task of `weight`. `used` is the venue's count, if it told.
   * @returns the milliseconds that nothing may start.
   */
  refuse(weight: number, pauseFor: number | undefined, used: number | undefined, now: number): number {
    const pause = (pauseFor ?? UNTOLD_PAUSE) + GUARD;
    const isNews = now >= this.#pausedUntil;
    this.#isUnknown = false;
    this.endBurst(now);
    this.#lastRefusal = now;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
    if (isNews && pauseFor !== undefined) this.#learn(weight, now + pauseFor, used, now);
    return this.#pausedUntil - now;
  }

  #learn(weight: number, end: number, used: number | undefined, now: number): void {
    const isTooEarly = this.#limit !== Infinity && this.#used() < 0.5 * this.#limit;
    const pause = end - now;
    const longer = isTooEarly ? INTERVALS.find((interval) => interval > this.#interval) : undefined;
    const interval = Math.max(longer ?? this.#interval, INTERVALS.find((length) => length >= pause) ?? pause);
    const own = Math.max(0, this.#startedSince(end - interval, now) - weight);
    const seen = Math.max(1, used ?? Math.max(this.#told, own * this.#weightFactor));
    // So little was used that somebody else must have used the rest, or that it was refused for another reason.
    if (used === undefined && own < LEAST_USED) return;
    this.#limit = interval > this.#interval ? seen : Math.min(this.#limit, seen);
    this.#interval = interval;
    this.#windowEnd = end + GUARD;
    this.#spent = this.#limit;
    this.#told = this.#toldAt = 0;
  }

  /** Weight used in the window: what was spent, or more if the venue counted more. */
  #used(): number {
    const since = Math.max(0, this.#spent - this.#toldAt) * this.#weightFactor;
    return Math.max(this.#spent * this.#weightFactor, this.#told + since);
  }

  /**
   * Where tasks turn out to weigh more than was told, those on their way may weigh more than the average. The doubt
   * goes as their answers tell what was used.
   */
  #doubt(): number {
    if (this.#weightFactor < UNTOLD_WEIGHT) return 0;
    return 3 * this.#weightFactor * Math.sqrt(Math.max(0, this.#spent - this.#toldAt) + 1);
  }

  #roll(now: number): void {
    if (now < this.#windowEnd) return;
    this.#windowEnd += (Math.floor((now - this.#windowEnd) / this.#interval) + 1) * this.#interval;
    this.#spent = this.#told = this.#toldAt = 0;
    if (now - this.#lastRefusal < Math.max(RAISE.after, RAISE.windows * this.#interval)) return;
    this.#limit *= RAISE.factor;
    this.#lastRefusal = now;
  }

  #startedSince(start: number, now: number): number {
    const last = Math.min(this.#newestSlot, Math.floor(now / SLOT));
    let weight = 0;
    for (let slot = Math.max(0, Math.floor(start / SLOT), this.#newestSlot - SLOTS + 1); slot <= last; slot++) {
      weight += this.#recent[slot % SLOTS] ?? 0;
    }
    return weight;
  }
}
