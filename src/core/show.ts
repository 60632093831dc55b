import { inspect } from 'node:util';

const LONGEST = 80;

/** Renders any value for an error message: short, on one line, never throwing. */
export function show(value: unknown): string {
  const text = render(value).replaceAll(/[\s\p{Cc}]+/gu, ' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function render(value: unknown): string {
  try {
    if (typeof value === 'function') return `function ${nameOf(value) || '(anonymous)'}`;
    return inspect(value, {
      depth: 1,
      maxArrayLength: 4,
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
