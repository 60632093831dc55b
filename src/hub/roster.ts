import type { DeliveryContext } from './delivery.js';
import type { Receive, Subscriber } from './subscriber.js';

/*
 * Who gets the next value, laid out for speed.
 *
 * A call through a variable of its own is predicted, and often inlined; the calls of a loop share one place
 * and are neither. So the first nine members have a place each. Nothing but a look at `last` follows a call:
 * whatever is unusual (a member has left, a handler returned something or threw) ends the quick way, and
 * the fan-out goes on slowly from `at`.
 */

/** What `at` is before anything is delivered, and after a slow delivery: beyond every position. */
export const AT_REST = 2 ** 30;

/** The members of a topic at one moment; never changed, only replaced by another. */
export class Roster {
  /** Everybody, in the order of subscription. */
  readonly members: readonly Subscriber[];
  // Public and plain: the fan-out reads and writes them for every delivery.
  /** Position of the last member; -1 once somebody has left, and when there is nobody. */
  last: number;
  /** Position of whoever is being called, or was called last: a quick delivery leaves it at the end. */
  at = AT_REST;
  readonly first: Receive;
  readonly second: Receive;
  readonly third: Receive;
  readonly fourth: Receive;
  readonly fifth: Receive;
  readonly sixth: Receive;
  readonly seventh: Receive;
  readonly eighth: Receive;
  readonly ninth: Receive;

  constructor(members: readonly Subscriber[]) {
    const receive = (position: number): Receive => members[position]?.receive ?? ignore;
    this.members = members;
    this.last = members.length - 1;
    this.first = receive(0);
    this.second = receive(1);
    this.third = receive(2);
    this.fourth = receive(3);
    this.fifth = receive(4);
    this.sixth = receive(5);
    this.seventh = receive(6);
    this.eighth = receive(7);
    this.ninth = receive(8);
  }
}

/** The roster of a topic that has nobody. */
export const NOBODY = new Roster([]);

/** Calls the members from the tenth on, until all are called, one returns something, or one has left meanwhile. */
export function callOthers(roster: Roster, value: unknown, context: DeliveryContext): unknown {
  const { members } = roster;
  for (roster.at = 9; ; roster.at++) {
    const receive = members[roster.at]?.receive ?? ignore;
    const result = receive(value, context);
    if (result !== undefined || roster.last <= roster.at) return result;
  }
}

function ignore(): undefined {
  return undefined;
}
