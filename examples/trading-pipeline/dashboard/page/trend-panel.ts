import {
  createChart,
  type IChartApi,
  type ISeriesApi,
  type LineData,
  LineSeries,
  type UTCTimestamp,
} from 'lightweight-charts';
import { type LiveFigures, MOST_TICKS } from '../live-update.js';
import { add, write } from './elements.js';
import { chartLook, colour } from './theme.js';

/** Colours there are; a seventh line takes the first again. */
const COLOURS = 6;

/** Values of one moment by the name of their line. */
type Reading = Readonly<Record<string, number>>;

/** How often each cache had the answer, in percent. */
export function hitRates({ caches }: LiveFigures): Reading {
  const asked = Object.entries(caches).filter(([, { calls }]) => calls > 0);
  return Object.fromEntries(asked.map(([name, { calls, hits }]) => [name, (hits / calls) * 100]));
}

/** What waits for the database. */
export function queues({ load }: LiveFigures): Reading {
  return { 'rows waiting': load.queue, 'batches being written': load.concurrency };
}

/** How far the bot is behind its market, in milliseconds; `bar` is the length of one. */
export function lags({ load }: LiveFigures, bar: number): Reading {
  return { 'to store the oldest row': load.oldest, 'to decide on the oldest bar': load.lag * bar };
}

interface Line {
  readonly colour: string;
  readonly entry: HTMLElement;
  readonly series: ISeriesApi<'Line', UTCTimestamp>;
  points: LineData<UTCTimestamp>[];
}

/** Lines over time, and their newest values. */
export class TrendPanel {
  readonly #legend: Element;
  readonly #chart: IChartApi;
  readonly #read: (figures: LiveFigures) => Reading;
  readonly #lines = new Map<string, Line>();
  #latest = -Infinity;

  constructor(place: Element, read: (figures: LiveFigures) => Reading) {
    place.replaceChildren();
    const card = add(place, 'div', 'card');
    this.#read = read;
    this.#legend = add(card, 'div', 'legend');
    this.#chart = createChart(add(card, 'div', 'chart low'), chartLook());
  }

  /** Adds one moment; with `isStory` the lines begin anew. */
  add(at: number, figures: LiveFigures, isStory: boolean): void {
    if (isStory) this.#empty();
    if (at <= this.#latest) return;
    this.#latest = at;
    const time = (at / 1_000) as UTCTimestamp; // the library's own name for such a number
    for (const [name, value] of Object.entries(this.#read(figures))) {
      const line = this.#lineOf(name);
      line.points.push({ time, value });
      if (line.points.length > 2 * MOST_TICKS) {
        line.points = line.points.slice(-MOST_TICKS);
        line.series.setData(line.points);
      } else line.series.update({ time, value });
      write(line.entry, `${name} ${Math.round(value * 10) / 10}`);
    }
  }

  /** Takes the colours of the style sheet. */
  paint(): void {
    this.#chart.applyOptions(chartLook());
    for (const line of this.#lines.values()) line.series.applyOptions({ color: colour(line.colour) });
  }

  remove(): void {
    this.#chart.remove();
  }

  #empty(): void {
    this.#latest = -Infinity;
    for (const line of this.#lines.values()) {
      line.points = [];
      line.series.setData([]);
    }
  }

  #lineOf(name: string): Line {
    const known = this.#lines.get(name);
    if (known !== undefined) return known;
    const shade = `line-${(this.#lines.size % COLOURS) + 1}`;
    const entry = add(this.#legend, 'span');
    entry.style.setProperty('--of', `var(--${shade})`);
    // Its newest value stands in the legend.
    const options = { color: colour(shade), lineWidth: 2, priceLineVisible: false, lastValueVisible: false } as const;
    const series = this.#chart.addSeries(LineSeries, options) as ISeriesApi<'Line', UTCTimestamp>;
    const line: Line = { colour: shade, entry, series, points: [] };
    this.#lines.set(name, line);
    return line;
  }
}
