import { intersection } from './box.js';
import { contrastOf } from './colour.js';
import { coloursOf } from './ground.js';
import { type TextLine, textLines } from './text-line.js';

/** Pixels that two lines may share: letters do not fill their boxes. */
const SLACK = 1;
/** Smallest letters, in pixels. */
const SMALLEST = 11;
/** Least contrast of letters and ground: WCAG AA for small text. */
const LEAST_CONTRAST = 4.5;

/** What is wrong with how the page looks. */
function findFaults(): string[] {
  const lines = textLines();
  return [...faultsOfPage(), ...lines.flatMap(faultsOfLine), ...overlaps(lines)];
}

function faultsOfPage(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide, the window ${clientWidth}`] : [];
}

function faultsOfLine(line: TextLine): string[] {
  const { text, box, size, isCut } = line;
  const faults: string[] = [];
  if (isCut) faults.push(`"${text}" is cut off`);
  if (box.left < 0 || box.right > document.documentElement.clientWidth) faults.push(`"${text}" leaves the page`);
  if (size < SMALLEST) faults.push(`"${text}" is too small: ${size.toFixed(1)} px`);
  const { ink, ground } = coloursOf(line);
  const contrast = contrastOf(ink, ground);
  if (contrast < LEAST_CONTRAST) faults.push(`"${text}" has too little contrast: ${contrast.toFixed(2)}`);
  return faults;
}

function overlaps(lines: readonly TextLine[]): string[] {
  const faults: string[] = [];
  const sorted = lines.toSorted((a, b) => a.box.top - b.box.top);
  for (const [index, a] of sorted.entries()) {
    for (const b of sorted.slice(index + 1)) {
      if (b.box.top > a.box.bottom) break;
      const both = a.node === b.node ? undefined : intersection(a.box, b.box);
      if (both !== undefined && both.right - both.left > SLACK && both.bottom - both.top > SLACK)
        faults.push(`"${a.text}" lies over "${b.text}"`);
    }
  }
  return faults;
}

Object.assign(globalThis, { findFaults });
