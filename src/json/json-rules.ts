import { types } from 'node:util';

/** Whether nobody has changed what plain objects inherit, in a way that their JSON shows. */
export function hasPlainPrototypes(): boolean {
  // oxlint-disable-next-line no-unreachable-loop -- one name is enough
  for (const _ in Object.prototype) return false;
  // Arrays inherit from Object.prototype too.
  return !('toJSON' in Array.prototype);
}

/** Whether JSON.stringify asks an object for what to serialise. */
export function hasToJson(value: object): boolean {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === 'function';
}

/** Whether the JSON of an object that is no array is made of its properties. Never changes for an object. */
export function isOrdinary(value: object): boolean {
  return !types.isBoxedPrimitive(value) && !ArrayBuffer.isView(value) && !isRawJson(value);
}

/** Texts that `JSON.rawJSON` made, in versions of Node that have it. */
function isRawJson(value: object): boolean {
  const test: unknown = Reflect.get(JSON, 'isRawJSON');
  return typeof test === 'function' && Reflect.apply(test, JSON, [value]) === true;
}
