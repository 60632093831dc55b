import { inspect } from 'node:util';

const LONGEST = 80;

/** Renders any value for an error message: short, on one line, never throwing. */
export function show(value: unknown): string {
  const text = render(value).replaceAll(/\s+/g, ' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function render(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  try {
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
