import { type Box, intersection, leaves } from './box.js';

/** Share of a line's height above and below its letters, which may lie over another line's. */
const LEADING = 0.2;

/** One line of text that is seen. */
export interface TextLine {
  readonly text: string;
  readonly element: Element;
  readonly node: Text;
  /** Where its letters are, without what a scrolled frame hides. */
  readonly box: Box;
  /** Height of its letters as drawn, in pixels. */
  readonly size: number;
  /** Something cuts it off for good. */
  readonly isCut: boolean;
}

/** Every line of text on the page, drawings included. */
export function textLines(): TextLine[] {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const lines: TextLine[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) lines.push(...linesOf(node as Text)); // as asked
  return lines;
}

function linesOf(node: Text): TextLine[] {
  const element = node.parentElement;
  const text = node.data.trim().replaceAll(/\s+/g, ' ');
  if (element === null || text === '' || !element.checkVisibility({ visibilityProperty: true })) return [];
  const range = document.createRange();
  range.selectNodeContents(node);
  return Array.from(range.getClientRects()).flatMap((rectangle) => {
    const whole = lettersOf(rectangle);
    const { box, isCut } = seenOf(element, whole);
    return box === undefined && !isCut
      ? []
      : [{ text, element, node, box: box ?? whole, size: sizeOf(element), isCut }];
  });
}

function lettersOf({ left, top, right, bottom, width, height }: DOMRect): Box {
  // Text that stands upright has its leading at the sides.
  const [x, y] = height > width * 2 ? [width * LEADING, 0] : [0, height * LEADING];
  return { left: left + x, top: top + y, right: right - x, bottom: bottom - y };
}

/** What frames around an element leave of a box in it. */
function seenOf(element: Element, whole: Box): { box: Box | undefined; isCut: boolean } {
  let box: Box | undefined = whole;
  let isCut = false;
  for (let frame: Element | null = element; frame !== null && box !== undefined; frame = frame.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(frame);
    const isDrawing = frame instanceof SVGSVGElement;
    if (frame === document.documentElement || frame === document.body) break;
    if (overflowX === 'visible' && !isDrawing) continue;
    const edge = frame.getBoundingClientRect();
    const canScroll = [overflowX, overflowY].some((way) => way === 'auto' || way === 'scroll');
    if (!canScroll && leaves(box, edge, 1)) isCut = true;
    box = intersection(box, edge);
  }
  return { box, isCut };
}

/** A drawing may be scaled. */
function sizeOf(element: Element): number {
  const size = Number.parseFloat(getComputedStyle(element).fontSize);
  const scale = element instanceof SVGGraphicsElement ? element.getScreenCTM() : null;
  return scale === null ? size : size * Math.sqrt(Math.abs(scale.a * scale.d - scale.b * scale.c));
}
