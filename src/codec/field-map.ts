import { ArgumentError, ConfigError, CorruptDataError } from '../core/errors.js';
import { show } from '../core/show.js';

/** Long names of fields, each with its short code. */
export type FieldCodes = Readonly<Record<string, string>>;

/** A row under the names it is stored by: what `FieldMap.encode` returns. */
export type EncodedFields<Row extends object, Codes extends FieldCodes> = {
  [Name in keyof Row as StoredName<Name, Codes>]: Row[Name];
};

/** A row under its own names again: what `FieldMap.decode` returns. */
export type DecodedFields<Stored extends object, Codes extends FieldCodes> = {
  [Name in keyof Stored as OwnName<Name, Codes>]: Stored[Name];
};

/** A field's name as it is stored: its code, or the name itself, escaped when it looks like a code. */
export type StoredName<Name, Codes extends FieldCodes> = Name extends string
  ? Name extends keyof Codes
    ? Codes[Name]
    : Name extends Codes[keyof Codes] | `~${string}`
      ? `~${Name}`
      : Name
  : never;

/** A stored name as the field's own name again. */
export type OwnName<Name, Codes extends FieldCodes> = Name extends string
  ? Name extends Codes[keyof Codes]
    ? { [Long in keyof Codes]: Codes[Long] extends Name ? Long : never }[keyof Codes]
    : Name extends `~${infer Rest}`
      ? Rest
      : Name
  : never;

/** Put before a name without a code that could be taken for a code, or that begins with this sign itself. */
const ESCAPE = '~';

/**
 * Renames the fields of rows to short codes and back, for stores that repeat the names in every row.
 *
 * A field without a code keeps its name. If that name is one of the codes, or begins with `~`, a `~` is put before
 * it, so that two fields never meet and `decode(encode(row))` has the names and values of `row`, whatever they
 * are. Only own enumerable fields with text names are taken, as `JSON.stringify` does; values pass through as they
 * are, nested ones with their own names.
 *
 * Codes belong to the data: to give a name a code later is safe for rows in which no field had that code as its own
 * name; a code once stored must keep its meaning.
 *
 * Cost: one look-up and one write per field; holds nothing but the codes.
 *
 * @throws ConfigError when a code is empty, begins with `~` or stands for two names.
 * @example
 * const fields = new FieldMap({ symbol: 's', markPrice: 'mp' });
 * fields.encode({ symbol: 'BTC', markPrice: 1, s: 2 }); // { s: 'BTC', mp: 1, '~s': 2 }
 */
export class FieldMap<const Codes extends FieldCodes = FieldCodes> {
  readonly #codes = new Map<string, string>();
  readonly #names = new Map<string, string>();

  constructor(codes: Codes) {
    if (!isRecord(codes))
      throw new ConfigError(`FieldMap: codes must be an object of names and codes, got ${show(codes)}`);
    for (const [name, code] of Object.entries(codes)) this.#add(name, code);
  }

  /**
   * The row under its stored names, as a new plain object.
   * @throws ArgumentError when `row` is no object of fields.
   */
  encode<Row extends object>(row: Row): EncodedFields<Row, Codes> {
    const stored: Record<string, unknown> = {};
    for (const [name, value] of fieldsOf(row)) put(stored, this.codeOf(name), value);
    // By construction: the names are those that the type works out.
    return stored as EncodedFields<Row, Codes>;
  }

  /**
   * The stored row under its own names, as a new plain object. Fields that are neither coded nor escaped keep their
   * names: rows stored before there was a map stay readable.
   * @throws ArgumentError when `stored` is no object of fields.
   * @throws CorruptDataError when two of its fields have the same own name, which `encode` never makes.
   */
  decode<Stored extends object>(stored: Stored): DecodedFields<Stored, Codes> {
    const row: Record<string, unknown> = {};
    for (const [code, value] of fieldsOf(stored)) {
      const name = this.nameOf(code);
      if (Object.hasOwn(row, name))
        throw new CorruptDataError(
          `FieldMap: the row has ${show(name)} more than once, the second time as ${show(code)}`,
        );
      put(row, name, value);
    }
    // By construction, as above.
    return row as DecodedFields<Stored, Codes>;
  }

  /** The name under which a field is stored: its code, or its own name, escaped where it must be. */
  codeOf(name: string): string {
    return this.#codes.get(name) ?? (this.#names.has(name) || name.startsWith(ESCAPE) ? ESCAPE + name : name);
  }

  /** The field's own name behind a stored name. */
  nameOf(code: string): string {
    return this.#names.get(code) ?? (code.startsWith(ESCAPE) ? code.slice(ESCAPE.length) : code);
  }

  #add(name: string, code: unknown): void {
    if (typeof code !== 'string' || code === '' || code.startsWith(ESCAPE))
      throw new ConfigError(
        `FieldMap: the code of ${show(name)} must be a text of at least one character that does not begin with '${ESCAPE}', got ${show(code)}`,
      );
    const other = this.#names.get(code);
    if (other !== undefined)
      throw new ConfigError(
        `FieldMap: code ${show(code)} must stand for one name, got ${show(other)} and ${show(name)}`,
      );
    this.#codes.set(name, code);
    this.#names.set(code, name);
  }
}

function fieldsOf(row: object): [string, unknown][] {
  if (!isRecord(row)) throw new ArgumentError(`FieldMap: a row must be an object of fields, got ${show(row)}`);
  return Object.entries(row);
}

/** Lists, maps and sets hold their values otherwise than in fields: taken for rows they would read as empty. */
function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value);
}

/** Plain assignment to `__proto__` would set the prototype instead of a field. */
function put(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}
