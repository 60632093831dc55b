import { type CallKey, ENCODED } from './call-key.js';

/** Writes a call's key as text; different keys give different texts. */
export function textOfKey(key: CallKey): string {
  if (typeof key === 'number') return `n${key}`;
  return key.startsWith(ENCODED) ? `e${key.slice(ENCODED.length)}` : `s${key}`;
}

/** The call's key of a text made by {@link textOfKey}; undefined when there is none. */
export function keyOfText(text: string): CallKey | undefined {
  const rest = text.slice(1);
  switch (text.charAt(0)) {
    case 's':
      return rest.startsWith(ENCODED) ? undefined : rest;
    case 'e':
      return ENCODED + rest;
    case 'n':
      return String(Number(rest)) === rest ? Number(rest) : undefined;
    default:
      return undefined;
  }
}
