import { plot, type PlotOptions } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Markup, markup } from './markup.js';

/** Width of a chart in its own units. A chart is never shown much smaller, so that a phone can read it. */
export const CHART_WIDTH = 360;

/** What a chart shows, and how it is drawn. */
export interface Chart {
  /** What is seen, as a sentence. */
  readonly title: string;
  /** What to look for; shown below. */
  readonly note?: string;
  readonly drawing: PlotOptions;
  /** The same for a phone, where it takes the place of a wide drawing. */
  readonly phone?: PlotOptions;
  /** `wide` has a row for itself. */
  readonly size?: 'wide';
}

// A small twin of a browser's document, whose types are not in this project's.
const { document } = parseHTML('<!doctype html><html></html>');

/** Draws a chart as SVG without anything around it that would need a style or a script. */
export function chartMarkup({ title, note = '', drawing, phone, size }: Chart): Markup {
  return markup`<figure class="${size ?? ''}">
    <figcaption>${title}</figcaption>
    <div class="chart ${phone === undefined ? '' : 'desk'}">${draw(drawing)}</div>
    ${phone === undefined ? markup`` : markup`<div class="chart phone">${draw(phone)}</div>`}
    <p>${note}</p>
  </figure>`;
}

function draw(drawing: PlotOptions): Markup {
  const svg = plot({ width: CHART_WIDTH, ...drawing, document });
  svg.querySelector('style')?.remove(); // the page's own style says it
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-hidden', 'true'); // the caption and the tables say the same
  return new Markup(String(svg));
}
