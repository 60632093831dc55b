import { inspect, types } from 'node:util';

const LONGEST = 80;

/** Items of an array, a map or a set that are shown. */
const MOST_ITEMS = 4;

/** Properties on two levels beyond which less depth is shown: 500 000 took 2.8 s to render (Node 20). */
const MOST_PROPERTIES = 1_000;

/**
 * Renders any value for an error message: short, on one line, never throwing.
 *
 * Cost: rendering is bounded; listing the names of an object's properties grows with their number.
 */
export function show(value: unknown): string {
  const text = render(value).replaceAll(/[\s\p{Cc}]+/gu, ' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function render(value: unknown): string {
  try {
    if (typeof value === 'function') return `function ${nameOf(value) || '(anonymous)'}`;
    const parts = partsOf(value);
    if (parts === undefined) return `an object of more than ${MOST_PROPERTIES} properties`;
    return inspect(value, {
      depth: isWide(parts) ? 0 : 1,
      maxArrayLength: MOST_ITEMS,
      maxStringLength: LONGEST,
      breakLength: Infinity,
      customInspect: false,
    });
  } catch {
    return `a value of type ${typeof value} that cannot be shown`;
  }
}

/** A class may have a static member `name` of any type. */
function nameOf(value: { readonly name: unknown }): string {
  return String(value.name);
}

/** Whether the parts of a value together hold too many properties to be rendered. */
function isWide(parts: readonly unknown[]): boolean {
  let count = parts.length;
  for (const part of parts) {
    count += partsOf(part)?.length ?? Infinity;
    if (count > MOST_PROPERTIES) return true;
  }
  return false;
}

/** What a value would be rendered with; undefined when that is too much. Runs no code of the value. */
function partsOf(value: unknown): readonly unknown[] | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return [];
  // Its properties cannot be listed without running its traps.
  if (types.isProxy(value)) return [];
  if (types.isMap(value)) return first(Map.prototype.entries.call(value)).flat();
  if (types.isSet(value)) return first(Set.prototype.values.call(value));
  const names = hasItems(value) ? Array.from({ length: MOST_ITEMS }, (_, index) => index) : Reflect.ownKeys(value);
  if (names.length > MOST_PROPERTIES) return undefined;
  return names.map((name) => Reflect.getOwnPropertyDescriptor(value, name)?.value);
}

/** Whether the names of its properties are its indices, of which there may be millions. */
function hasItems(value: object): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function first<T>(items: Iterator<T>): T[] {
  const found: T[] = [];
  for (let next = items.next(); next.done !== true && found.length < MOST_ITEMS; next = items.next()) {
    found.push(next.value);
  }
  return found;
}
