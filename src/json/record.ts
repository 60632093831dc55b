import type { FrozenValues } from './frozen-values.js';
import { Held, keyOf } from './held.js';
import { hasToJson, isOrdinary } from './json-rules.js';
import { Snapshot } from './snapshot.js';
import { Length, Names } from './tape.js';
import { Unfit } from './unfit.js';

/** Objects within objects beyond which a value is not recorded. Circles end here. */
const MOST_DEPTH = 100;
/** Values beyond which a value is not recorded. */
const MOST_VALUES = 1_000_000;

/** Records a value. Gives a copy of it to serialise, and what to compare later values with. */
export function record(value: object, frozen: FrozenValues): { copy: unknown; snapshot: Snapshot } | Unfit {
  const recorder = new Recorder(frozen);
  const copy = recorder.copy(value, 0);
  return copy instanceof Unfit ? copy : { copy, snapshot: new Snapshot(recorder.tape) };
}

class Recorder {
  readonly tape: unknown[] = [];
  readonly #frozen: FrozenValues;
  #names = new Names([]);

  constructor(frozen: FrozenValues) {
    this.#frozen = frozen;
  }

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'function') return new Unfit('a function');
    if (typeof value === 'bigint') return new Unfit('a BigInt');
    if (typeof value === 'object' && value !== null) return this.#copyObject(value, depth);
    this.tape.push(value);
    return value;
  }

  #copyObject(value: object, depth: number): unknown {
    if (depth > MOST_DEPTH) return new Unfit(`more than ${MOST_DEPTH} objects deep, or in a circle`);
    const key = keyOf(value);
    if (key !== undefined) return this.#hold(value, new Held(value, { by: 'key', key }));
    if (this.#frozen.has(value)) return this.#hold(value, new Held(value, { by: 'frozen' }));
    if (hasToJson(value)) return new Unfit('an object with toJSON and without a cache key');
    if (Array.isArray(value)) return this.#copyArray(value, depth);
    return isOrdinary(value)
      ? this.#copyNamed(value, depth)
      : new Unfit('an object whose JSON is not that of its properties');
  }

  /** Before so many are copied: what is larger than can be kept costs no more than `JSON.stringify`. */
  #isTooMuch(values: number): boolean {
    return this.tape.length + values > MOST_VALUES;
  }

  #hold(value: object, held: Held): object {
    this.tape.push(held);
    return value;
  }

  #copyArray(array: readonly unknown[], depth: number): unknown {
    const { length } = array;
    if (this.#isTooMuch(length)) return tooMuch();
    this.tape.push(new Length(length));
    const copies: unknown[] = [];
    for (let i = 0; i < length; i++) {
      const copy = this.copy(array[i], depth + 1);
      if (copy instanceof Unfit) return copy.within(`[${i}]`);
      copies.push(copy);
    }
    return copies;
  }

  #copyNamed(object: object, depth: number): unknown {
    const names = this.#namesOf(object);
    if (this.#isTooMuch(names.list.length)) return tooMuch();
    this.tape.push(names, object);
    const copies: Record<string, unknown> = {};
    for (const name of names.list) {
      const copy = this.copy((object as Readonly<Record<string, unknown>>)[name], depth + 1);
      if (copy instanceof Unfit) return copy.within(`.${name}`);
      // An assignment to `__proto__` would be none to a property.
      if (name === '__proto__') Object.defineProperty(copies, name, { value: copy, enumerable: true });
      else copies[name] = copy;
    }
    return copies;
  }

  /** The names of an object; one list for a run of objects with the same. */
  #namesOf(object: object): Names {
    const list = Object.keys(object);
    const last = this.#names.list;
    if (list.length !== last.length || list.some((name, i) => name !== last[i])) this.#names = new Names(list);
    return this.#names;
  }
}

function tooMuch(): Unfit {
  return new Unfit(`among more than ${MOST_VALUES} values`);
}
