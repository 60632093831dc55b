/** A property of the row or its class; what every object has, such as `constructor`, counts as missing. */
export function propertyOf(row: object, name: string): unknown {
  if (name in Object.prototype && !Object.hasOwn(row, name)) return undefined;
  return Reflect.get(row, name);
}
