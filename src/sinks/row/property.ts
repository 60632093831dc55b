/** A property of the row or its class; what every object has, such as `constructor`, counts as missing. */
export function propertyOf(row: object, name: string): unknown {
  const value: unknown = (row as Readonly<Record<string, unknown>>)[name]; // any object has any property, or undefined
  // Looked at only when there is something: most names are none of every object's.
  if (typeof value !== 'function' && name !== '__proto__') return value;
  return name in Object.prototype && !Object.hasOwn(row, name) ? undefined : value;
}
