/** HTML that is safe to put into a page. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Markup[];

/** Characters that would end a text or a quoted attribute. */
const SPECIAL = /[&<>"']/g;

/** Control characters, and those that turn the direction of the text after them. */
const UNSEEN = /[\p{Cc}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu;

/** Makes HTML of a template: everything put in is text, save what is HTML already. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.map((text, index) => text + textOf(parts[index] ?? '')).join(''));
}

/** A name from outside as it can be shown: no longer than `most`, without characters that cannot be seen. */
export function shownName(name: string, most = 80): string {
  const letters = Array.from(name.replace(UNSEEN, '\u{fffd}'));
  return letters.length <= most ? letters.join('') : `${letters.slice(0, most - 1).join('')}…`;
}

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('\n');
  return String(part).replace(SPECIAL, (character) => `&#${character.codePointAt(0)};`);
}
