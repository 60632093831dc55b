/** What is wrong with how a page looks, found in the page itself. An expression for `Chromium.run`. */
export const FIND_FAULTS = `(${findFaults.toString()})()`;

/** The part of a browser that is used; this project's types have no document. */
interface Seen {
  readonly textContent: string | null;
  getBoundingClientRect(): { left: number; right: number; top: number; bottom: number; width: number; height: number };
  querySelectorAll(selector: string): Iterable<Seen>;
  closest(selector: string): Seen | null;
}

/** Runs in the page: must not use anything from outside it. */
function findFaults(): string[] {
  const { document } = globalThis as unknown as {
    document: Seen & { documentElement: { scrollWidth: number; clientWidth: number } };
  };
  /** Pixels that may overlap: letters do not fill their boxes. */
  const slack = 2;
  /** Pixels of a line of text. */
  const smallest = 11;
  const faults: string[] = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} wide, the window ${clientWidth}`);
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')]
      .map((element) => ({ text: element.textContent ?? '', box: element.getBoundingClientRect() }))
      .filter(({ text, box }) => text.trim() !== '' && box.width > 0);
    for (const [index, { text, box }] of texts.entries()) {
      if (text.length > 1 && Math.min(box.width, box.height) < smallest)
        faults.push(`"${text}" is too small: ${box.width} by ${box.height}`);
      if (
        box.left < frame.left - slack ||
        box.right > frame.right + slack ||
        box.top < frame.top - slack ||
        box.bottom > frame.bottom + slack
      )
        faults.push(`"${text}" leaves its chart`);
      for (const other of texts.slice(index + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > slack && down > slack) faults.push(`"${text}" lies over "${other.text}"`);
      }
    }
  }
  return faults;
}
