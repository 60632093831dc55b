/**
 * Names of what one cache keeps in a store: `tickwise:<name>:<version>:<kind><text>`.
 *
 * No two different (name, version, kind, text) ever share a name: every character outside `[\w.-]` is written as
 * its code between % and ; so that a colon only separates, and what is too long to be read is a sha256 digest after
 * a ~. Against a digest that meets another, the full key is part of each entry and compared.
 */
import { createHash } from 'node:crypto';

/** Longest text that is written out; longer ones become a digest. */
const LONGEST = 200;

/** The store keys of one name and version. All are printable ASCII without spaces, at most 620 characters long. */
export class StoreKeys {
  /** The register that `clear` changes. */
  readonly epoch: string;
  /** The register that every tag bump changes. */
  readonly bumps: string;
  readonly #prefix: string;
  readonly #owner: readonly [name: string, version: string];

  constructor(name: string, version: string) {
    this.#owner = [name, version];
    this.#prefix = `tickwise:${part(name)}:${part(version)}:`;
    this.epoch = `${this.#prefix}clear`;
    this.bumps = `${this.#prefix}bumps`;
  }

  /** Where the entry of a call is kept. */
  entry(text: string): string {
    return `${this.#prefix}entry:${part(text)}`;
  }

  /** The register that the removal of a call's entry changes. */
  removal(text: string): string {
    return `${this.#prefix}key:${part(text)}`;
  }

  /** The register that a bump of a tag changes. */
  tag(tag: string): string {
    return `${this.#prefix}${TAG}${part(tag)}`;
  }

  /** Whether a register is that of a tag. */
  isTag(register: string): boolean {
    return register.startsWith(TAG, this.#prefix.length);
  }

  /** The lease of a call's load under certain registers. */
  lease(text: string, nonces: readonly string[]): string {
    return `${this.#prefix}lease:${part(JSON.stringify([text, ...nonces]))}`;
  }

  /** What is written into an entry and compared, so that no entry is taken for another. */
  identity(text: string): string {
    return JSON.stringify([...this.#owner, text]);
  }
}

const TAG = 'tag:';

function part(text: string): string {
  if (text.length <= LONGEST) {
    const escaped = text.replaceAll(/[^\w.-]/g, (character) => `%${character.charCodeAt(0).toString(16)};`);
    if (escaped.length <= LONGEST) return escaped;
  }
  // Each UTF-16 unit as it is: UTF-8 would make one of all lone surrogates.
  return `~${createHash('sha256').update(text, 'utf16le').digest('hex')}`;
}
