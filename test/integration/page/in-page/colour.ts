/** Red, green, blue, and opacity, each 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, opacity: number];

export const WHITE: Colour = [1, 1, 1, 1];

const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

/** Reads any colour of CSS; transparent for `none` and for what is no colour. */
export function readColour(text: string): Colour {
  if (pixel === null) throw new Error('this browser draws no pictures');
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = 'transparent';
  pixel.fillStyle = text;
  pixel.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, opacity = 0] = pixel.getImageData(0, 0, 1, 1).data;
  return [red / 255, green / 255, blue / 255, opacity / 255];
}

/** How a colour looks over an opaque one. */
export function over([red, green, blue, opacity]: Colour, ground: Colour): Colour {
  const mix = (top: number, below: number): number => top * opacity + below * (1 - opacity);
  return [mix(red, ground[0]), mix(green, ground[1]), mix(blue, ground[2]), 1];
}

/** Contrast of two opaque colours, 1 to 21, as WCAG counts it. */
export function contrastOf(a: Colour, b: Colour): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Colour): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(value: number): number {
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
