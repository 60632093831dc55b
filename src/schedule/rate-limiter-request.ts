import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { WindowSettings } from './rate-limiter-options.js';
import { type Lane, newLane, type WaiterQueue } from './rate-limiter-queue.js';

/** Whose request it is. */
export interface RequestScope {
  /** The endpoint it goes to: paused by a 429 of its own, and the key of windows per 'endpoint'. */
  readonly endpoint?: string;
  /** Keys by the names that windows go by, such as `{ contract: 'AAPL SMART TRADES' }`. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** Finds the lane of a request. */
export class RequestDesk {
  readonly #queue: WaiterQueue;
  /** The name each keyed window goes by. */
  readonly #names: readonly string[];
  readonly #main: Lane;

  constructor(queue: WaiterQueue, keyed: readonly { readonly settings: WindowSettings }[]) {
    this.#queue = queue;
    this.#names = keyed.map(({ settings }) => settings.per ?? '');
    this.#main = newLane('', undefined, []);
  }

  /**
   * The lane that a request waits in, or would.
   * @throws ArgumentError when the scope is wrong, or names a key that no window goes by.
   */
  laneOf(scope: RequestScope | undefined): Lane {
    if (scope === undefined) return this.#main;
    const { endpoint, keys } = scope;
    if (endpoint === undefined && keys === undefined) return this.#main;
    if (endpoint !== undefined) checkText('endpoint', endpoint);
    if (keys !== undefined) this.#check(keys);
    const values = this.#names.map((name) => (name === 'endpoint' ? endpoint : keys?.[name]));
    let id = part(endpoint);
    for (const value of values) id += part(value);
    return this.#queue.find(id) ?? newLane(id, endpoint, values);
  }

  #check(keys: Readonly<Record<string, string>>): void {
    if (typeof keys !== 'object' || keys === null) {
      throw new ArgumentError(`keys must be an object of texts by name, got ${show(keys)}`);
    }
    for (const name in keys) {
      const key = keys[name];
      // A misspelt name would silently leave a limit out.
      if (name === 'endpoint' || !this.#names.includes(name)) {
        throw new ArgumentError(`no window goes by the key ${show(name)}; known are ${show(this.#names)}`);
      }
      if (key !== undefined) checkText(`keys.${name}`, key);
    }
  }
}

/** Returns a weight that may start. */
export function checkWeight(weight: number): number {
  if (Number.isFinite(weight) && weight >= 0) return weight;
  throw new ArgumentError(`weight must be a finite number from 0 up, got ${show(weight)}`);
}

/** One value of an id: its length keeps it apart from the next. */
function part(value: string | undefined): string {
  return value === undefined ? '-' : `${value.length}:${value}`;
}

function checkText(name: string, value: string): void {
  if (typeof value === 'string') return;
  throw new ArgumentError(`${name} must be a text, got ${show(value)}`);
}
