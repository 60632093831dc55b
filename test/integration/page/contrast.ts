/** Text and the ground it may stand on, as the page's style names them. */
export const PAIRS: readonly (readonly [text: string, ground: string])[] = [
  ['--ink', '--paper'],
  ['--ink', '--card'],
  ['--soft', '--paper'],
  ['--soft', '--card'],
  ['--good', '--paper'],
  ['--good', '--card'],
  ['--bad', '--paper'],
  ['--bad', '--card'],
  ['--ink', '--together'],
  ['--ink', '--against'],
];

/** An expression that reads the colours from a page. */
export const COLOURS = `Object.fromEntries(${JSON.stringify([...new Set(PAIRS.flat())])}.map((name) =>
  [name, getComputedStyle(document.documentElement).getPropertyValue(name).trim()]))`;

/** Contrast of two colours, 1 to 21, as WCAG counts it. */
export function contrastOf(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) =>
    value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** `#abc` or `#aabbcc`, each channel 0 to 1. */
function channels(colour: string): number[] {
  const digits = colour.slice(1).match(colour.length === 4 ? /./g : /../g) ?? [];
  return digits.map((text) => Number.parseInt(text.length === 1 ? text + text : text, 16) / 255);
}
