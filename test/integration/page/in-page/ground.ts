import { type Colour, over, readColour, WHITE } from './colour.js';
import type { TextLine } from './text-line.js';

/** The colour of a line's letters, over the colour that is behind them. */
export function coloursOf({ element, box }: TextLine): { ink: Colour; ground: Colour } {
  const below = document.elementsFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  const own = below.indexOf(element);
  // What lies above the text belongs to something else; without the text among them all of it is behind.
  const ground = below
    .slice(Math.max(0, own))
    .reduceRight(
      (colour, behind) => (behind === element && isDrawn(element) ? colour : over(fillOf(behind), colour)),
      pageColour(),
    );
  const { color, fill, fillOpacity } = getComputedStyle(element);
  const letters = isDrawn(element) ? faded(readColour(fill), Number(fillOpacity)) : readColour(color);
  return { ink: over(faded(letters, opacityOf(element)), ground), ground };
}

function pageColour(): Colour {
  return over(readColour(getComputedStyle(document.body).backgroundColor), WHITE);
}

function fillOf(element: Element): Colour {
  const { backgroundColor, fill, fillOpacity } = getComputedStyle(element);
  const colour =
    isDrawn(element) && !(element instanceof SVGTextElement)
      ? faded(readColour(fill), Number(fillOpacity))
      : readColour(backgroundColor);
  return faded(colour, opacityOf(element));
}

function isDrawn(element: Element): boolean {
  return element instanceof SVGElement && !(element instanceof SVGSVGElement);
}

function faded([red, green, blue, opacity]: Colour, share: number): Colour {
  return [red, green, blue, opacity * share];
}

function opacityOf(element: Element): number {
  let opacity = 1;
  for (let part: Element | null = element; part !== null; part = part.parentElement)
    opacity *= Number(getComputedStyle(part).opacity);
  return opacity;
}
