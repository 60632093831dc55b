import type { Timer } from '../core/clock.js';
import { ArgumentError, ClosedError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { registerClosable } from '../core/life-cycle.js';
import { show } from '../core/show.js';
import { UniverseFollower } from './universe-filter-follower.js';
import { type Judgement, UniverseJudge } from './universe-filter-judge.js';
import {
  readUniverseOptions,
  type UniverseChange,
  type UniverseErrorContext,
  type UniverseExplanation,
  type UniverseFilterOptions,
  type UniversePlan,
  type UniverseStats,
} from './universe-filter-options.js';

/** What is remembered of a symbol. */
interface Member {
  readonly symbol: string;
  info: unknown;
  judgement: Judgement;
  /** When it entered, in milliseconds of the clock; undefined while it is not tracked. */
  since: number | undefined;
  reason: string;
}

/**
 * Decides which symbols are worth a subscription, so that the rest of a large universe costs nothing.
 *
 * A symbol enters when `enter` says so, leaves when `leave` does and `minStay` has passed, makes room for one of
 * higher `rank` when `maxTracked` are tracked, and never leaves while it is pinned. Decisions fall inside
 * `update` and `review`, and when a stay ends; what falls at once is told in order.
 *
 * Cost: `update` is a Map look-up and the caller's functions; a visit of all tracked symbols when there is no
 * room and the symbol may be better than one of them.
 *
 * @example
 * const universe = new UniverseFilter<Ticker>({ enter: ({ volume24h }) => volume24h > 1_000, maxTracked: 500 });
 * universe.follow((symbol) => hub.subscribe(`tickers.${symbol}`, model));
 * for (const ticker of await fetchTickers()) universe.update(ticker.symbol, ticker);
 */
export class UniverseFilter<Info> implements AsyncDisposable {
  readonly #plan: UniversePlan;
  readonly #failures: FailureReporter<UniverseErrorContext>;
  readonly #judge: UniverseJudge;
  /** In order of the last update, those tracked included. */
  readonly #known = new Map<string, Member>();
  readonly #tracked = new Set<string>();
  readonly #waiting = new Set<Member>();
  readonly #followers = new Set<UniverseFollower>();
  /** No tracked symbol that may make room is worth less. */
  #leastRank = -Infinity;
  #stay: { readonly timer: Timer; readonly due: number } | undefined;
  #entered = 0;
  #left = 0;
  #displaced = 0;
  #forgotten = 0;
  #isClosed = false;

  /** @throws ConfigError when an option is unknown or has a wrong value, or `enter` is missing. */
  constructor(options: UniverseFilterOptions<Info>) {
    this.#plan = readUniverseOptions(options);
    this.#failures = new FailureReporter('UniverseFilter', this.#plan.onError);
    this.#judge = new UniverseJudge(this.#plan, this.#failures);
    registerClosable('feed', this);
  }

  /** The symbols that are tracked now, in the order in which they entered. Changes while it is read. */
  get tracked(): ReadonlySet<string> {
    return this.#tracked;
  }

  /**
   * Takes what is new about a symbol and decides.
   * @returns what happened to this symbol, if anything; `onChange` is told of others as well.
   * @throws ArgumentError when `symbol` is not a text.
   * @throws ClosedError after `close`.
   */
  update(symbol: string, info: Info): UniverseChange | undefined {
    if (this.#isClosed) throw new ClosedError('the universe filter was closed; make a new one');
    if (typeof symbol !== 'string') throw new ArgumentError(`symbol must be a text, got ${show(symbol)}`);
    const member = this.#memberOf(symbol, info);
    const wasTracked = member.since !== undefined;
    this.#decide(member);
    this.#forgetOldest();
    const isTracked = member.since !== undefined;
    if (wasTracked === isTracked) return undefined;
    return isTracked ? 'entered' : 'left';
  }

  /**
   * Decides anew on every known symbol by what was last said about it: after pins changed, or for rules in which
   * time plays a part, such as the age of the last trade. Symbols that leave make room before others enter, and
   * of those the best come first.
   */
  review(): void {
    const members = [...this.#known.values()];
    this.#waiting.clear();
    for (const member of members) if (member.since !== undefined) this.#decide(member);
    for (const member of members) if (member.since === undefined) this.#judgeWaiting(member);
    this.#fill();
    for (const member of [...this.#waiting].toSorted(byRank)) this.#compete(member);
  }

  /**
   * Keeps something open for each tracked symbol, such as a hub's subscription: opened when the symbol enters, or
   * at once when it is tracked already, and disposed of when it leaves.
   * @returns a handle that disposes of all of them.
   * @throws ArgumentError when `open` is not a function.
   * @throws ClosedError after `close`.
   */
  follow(open: (symbol: string) => Disposable): Disposable {
    if (this.#isClosed) throw new ClosedError('the universe filter was closed; make a new one');
    if (typeof open !== 'function') throw new ArgumentError(`open must be a function, got ${show(open)}`);
    const follower = new UniverseFollower(open, this.#failures, () => this.#followers.delete(follower));
    this.#followers.add(follower);
    for (const symbol of Array.from(this.#tracked)) follower.enter(symbol);
    return follower;
  }

  /** Returns why a symbol is tracked or not. */
  explain(symbol: string): UniverseExplanation {
    const member = this.#known.get(symbol);
    if (member === undefined) {
      const reason = 'never updated, or forgotten';
      return { symbol, state: 'unknown', reason, trackedFor: undefined, rank: undefined, isPinned: false };
    }
    const { since, reason, judgement } = member;
    const untracked = this.#waiting.has(member) ? 'waiting' : 'untracked';
    return {
      symbol,
      state: since === undefined ? untracked : 'tracked',
      reason,
      trackedFor: since === undefined ? undefined : this.#plan.clock.now() - since,
      rank: this.#plan.rank === undefined ? undefined : judgement.rank,
      isPinned: judgement.isPinned,
    };
  }

  /** Returns the filter's counters. */
  stats(): UniverseStats {
    return {
      tracked: this.#tracked.size,
      known: this.#known.size,
      waiting: this.#waiting.size,
      entered: this.#entered,
      left: this.#left,
      displaced: this.#displaced,
      forgotten: this.#forgotten,
      failures: this.#failures.count,
    };
  }

  /** Disposes of what was opened for the tracked symbols and decides nothing any more. `tracked` stays as it is. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#stay?.timer.cancel();
    for (const follower of Array.from(this.#followers)) follower[Symbol.dispose]();
    return Promise.resolve();
  }

  /** As {@link UniverseFilter.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #memberOf(symbol: string, info: Info): Member {
    const known = this.#known.get(symbol);
    const judgement = { isPinned: false, isWanted: false, rank: -Infinity };
    const member = known ?? { symbol, info, judgement, since: undefined, reason: 'not decided yet' };
    member.info = info;
    this.#known.delete(symbol);
    this.#known.set(symbol, member);
    return member;
  }

  #judgeAnew(member: Member): Judgement {
    member.judgement = this.#judge.judge(member.symbol, member.info, member.since !== undefined, member.judgement);
    return member.judgement;
  }

  #decide(member: Member): void {
    if (this.#isClosed) return;
    this.#judgeAnew(member);
    this.#waiting.delete(member);
    if (member.since === undefined) this.#decideUntracked(member);
    else this.#decideTracked(member);
  }

  /** One that is not pinned waits until all were judged. */
  #judgeWaiting(member: Member): void {
    const { isPinned, isWanted } = this.#judgeAnew(member);
    if (isPinned || !isWanted) this.#decideUntracked(member);
    else this.#waiting.add(member);
  }

  #decideTracked(member: Member): void {
    const { isPinned, isWanted, rank } = member.judgement;
    this.#leastRank = Math.min(this.#leastRank, rank);
    if (isPinned) member.reason = 'pinned';
    else if (isWanted) {
      member.reason = 'worth it';
      this.#giveUpRoom();
    } else if (this.#mayLeave(member)) {
      this.#leave(member, 'no longer worth it');
      this.#fill();
    } else {
      member.reason = `no longer worth it, and stays for ${this.#plan.minStay} ms at least`;
      this.#awaitStay(member);
    }
  }

  /** Symbols that are no longer pinned may be too many. */
  #giveUpRoom(): void {
    if (this.#tracked.size <= this.#plan.maxTracked) return;
    const weakest = this.#weakest((other) => this.#mayLeave(other));
    if (weakest !== undefined) this.#leave(weakest, 'too many were pinned');
  }

  #decideUntracked(member: Member): void {
    const { isPinned, isWanted } = member.judgement;
    if (isPinned) {
      // Before the pin enters, so that a venue's limit is kept.
      if (!this.#hasRoom())
        this.#displace(
          this.#weakest(() => true),
          member,
        );
      this.#enter(member, 'pinned');
    } else if (!isWanted) member.reason = 'not worth it';
    else if (this.#hasRoom()) this.#enter(member, 'worth it');
    else this.#compete(member);
  }

  /** There is no room: a better symbol takes the place of the weakest that may leave. */
  #compete(member: Member): void {
    const { rank } = member.judgement;
    const weakest = rank > this.#leastRank ? this.#weakest((other) => this.#mayLeave(other)) : undefined;
    if (weakest !== undefined && weakest.judgement.rank < rank) this.#displace(weakest, member);
    // Those who were told may have brought another.
    if (this.#hasRoom()) {
      this.#waiting.delete(member);
      this.#enter(member, 'worth it');
      return;
    }
    const isRanked = this.#plan.rank !== undefined;
    member.reason = `worth it, but ${this.#plan.maxTracked} are tracked${isRanked ? ', none of less worth may leave' : ''}`;
    this.#waiting.add(member);
  }

  #displace(weakest: Member | undefined, better: Member): void {
    if (weakest === undefined) return;
    this.#displaced++;
    this.#leave(weakest, `made room for ${better.symbol}`);
    // It may come back when there is room, if it is worth entering.
    if (weakest.since === undefined && this.#judgeAnew(weakest).isWanted) this.#waiting.add(weakest);
  }

  /** The tracked symbol of least worth among those that may make room. */
  #weakest(mayLeave: (member: Member) => boolean): Member | undefined {
    let weakest: Member | undefined;
    let leastRank = Infinity;
    for (const symbol of this.#tracked) {
      const member = this.#known.get(symbol);
      if (member === undefined || member.judgement.isPinned) continue;
      const { rank } = member.judgement;
      leastRank = Math.min(leastRank, rank);
      if (mayLeave(member) && (weakest === undefined || rank < weakest.judgement.rank)) weakest = member;
    }
    this.#leastRank = leastRank;
    return weakest;
  }

  /** Lets the best that wait in, while there is room. */
  #fill(): void {
    while (this.#waiting.size > 0 && this.#hasRoom() && !this.#isClosed) {
      let best: Member | undefined;
      for (const member of this.#waiting) {
        if (best === undefined || member.judgement.rank > best.judgement.rank) best = member;
      }
      if (best === undefined) return;
      this.#waiting.delete(best);
      this.#enter(best, 'worth it, and there was room again');
    }
  }

  #enter(member: Member, reason: string): void {
    member.since = this.#plan.clock.now();
    this.#tracked.add(member.symbol);
    this.#leastRank = Math.min(this.#leastRank, member.judgement.rank);
    this.#entered++;
    this.#tell(member, 'entered', reason);
  }

  #leave(member: Member, reason: string): void {
    member.since = undefined;
    this.#tracked.delete(member.symbol);
    this.#left++;
    this.#tell(member, 'left', reason);
  }

  #tell(member: Member, change: UniverseChange, reason: string): void {
    member.reason = reason;
    const { symbol } = member;
    for (const follower of this.#followers) {
      if (change === 'entered') follower.enter(symbol);
      else follower.leave(symbol);
    }
    const context = { symbol, action: 'onChange' } as const;
    try {
      this.#failures.watch(this.#plan.onChange?.(symbol, change, reason), context);
    } catch (error) {
      this.#failures.report(error, context);
    }
  }

  #hasRoom(): boolean {
    return this.#tracked.size < this.#plan.maxTracked;
  }

  #mayLeave({ since, judgement }: Member): boolean {
    return since !== undefined && !judgement.isPinned && this.#plan.clock.now() - since >= this.#plan.minStay;
  }

  /** A symbol may never be updated again: its end is not left to chance. One timer for all. */
  #awaitStay({ since }: Member): void {
    const { clock, minStay } = this.#plan;
    if (since === undefined || minStay === Infinity) return;
    const due = since + minStay;
    if (this.#stay !== undefined && this.#stay.due <= due) return;
    this.#stay?.timer.cancel();
    const timer = clock.setTimeout(() => this.#endStays(), Math.max(0, due - clock.now()));
    timer.unref();
    this.#stay = { timer, due };
  }

  #endStays(): void {
    this.#stay = undefined;
    for (const symbol of Array.from(this.#tracked)) {
      const member = this.#known.get(symbol);
      if (member !== undefined && !member.judgement.isWanted && !member.judgement.isPinned) this.#decide(member);
    }
  }

  #forgetOldest(): void {
    if (this.#known.size <= this.#plan.maxKnown) return;
    for (const member of this.#known.values()) {
      if (member.since !== undefined) continue;
      this.#known.delete(member.symbol);
      this.#waiting.delete(member);
      this.#forgotten++;
      return;
    }
  }
}

function byRank(a: Member, b: Member): number {
  // Not a difference: that of two infinities is no number.
  return a.judgement.rank === b.judgement.rank ? 0 : a.judgement.rank < b.judgement.rank ? 1 : -1;
}
