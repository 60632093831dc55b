import {
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type LineData,
  LineSeries,
  type SeriesMarker,
  type UTCTimestamp,
} from 'lightweight-charts';
import { type LiveSession, type LiveTick, MOST_TICKS } from '../live-update.js';
import { add, write } from './elements.js';
import { chartLook, colour } from './theme.js';

/** Arrows on a chart; older ones leave it. */
const MOST_ARROWS = 40;

/** Points added one by one; more are drawn anew at once. */
const MOST_SINGLE = 40;

const ARROWS = {
  1: { className: 'buy', sign: '▲', says: 'buy' },
  0: { className: '', sign: '•', says: 'hold' },
  [-1]: { className: 'sell', sign: '▼', says: 'sell' },
} as const;

type Point = LineData<UTCTimestamp>;

/** One symbol: its price, what each model says, and where the bot traded. */
export class SymbolPanel {
  readonly #index: number;
  readonly #models: number;
  readonly #price: Element;
  readonly #chips: readonly Element[];
  readonly #chart: IChartApi;
  readonly #series: ISeriesApi<'Line', UTCTimestamp>;
  readonly #markers: ISeriesMarkersPluginApi<UTCTimestamp>;
  readonly #decimals: number;
  #points: Point[] = [];
  #arrows: { readonly time: UTCTimestamp; readonly action: 1 | -1 }[] = [];

  constructor(place: Element, { symbols, models, steps }: LiveSession, index: number) {
    const step = steps[index] ?? 0.01;
    this.#index = index;
    this.#models = models.length;
    this.#decimals = Math.min(8, Math.max(0, Math.ceil(-Math.log10(step))));
    const card = add(place, 'div', 'card');
    const headline = add(card, 'div', 'headline');
    add(headline, 'h3', '', symbols[index] ?? '');
    this.#price = add(headline, 'strong', 'price', '–');
    const chips = add(card, 'div', 'chips');
    this.#chips = models.map((model) => {
      const chip = add(chips, 'span', '', '• ');
      chip.dataset['model'] = model;
      chip.textContent = `• ${model}`;
      return chip;
    });
    this.#chart = createChart(add(card, 'div', 'chart'), chartLook());
    const priceFormat = { type: 'price', precision: this.#decimals, minMove: 10 ** -this.#decimals } as const;
    this.#series = this.#chart.addSeries(LineSeries, { lineWidth: 2, priceFormat }) as ISeriesApi<'Line', UTCTimestamp>;
    this.#markers = createSeriesMarkers(this.#series, []);
    this.paint();
  }

  /** Adds the newest ticks, or with `isStory` begins anew with them. */
  add(ticks: readonly LiveTick[], isStory: boolean): void {
    if (isStory) [this.#points, this.#arrows] = [[], []];
    const points = ticks.flatMap((tick) => this.#pointOf(tick));
    this.#points.push(...points);
    const isLong = this.#points.length > 2 * MOST_TICKS;
    if (isLong) this.#points = this.#points.slice(-MOST_TICKS);
    if (isStory || isLong || points.length > MOST_SINGLE) this.#series.setData(this.#points);
    else for (const point of points) this.#series.update(point);
    const arrows = ticks.flatMap((tick) => this.#arrowsOf(tick));
    this.#arrows = [...this.#arrows, ...arrows].slice(-MOST_ARROWS);
    if (isStory || arrows.length > 0) this.#drawArrows();
    const newest = this.#points.at(-1);
    if (newest !== undefined) write(this.#price, newest.value.toFixed(this.#decimals));
    const last = ticks.findLast(({ actions }) => actions.length > 0);
    if (last !== undefined) this.#showActions(last);
  }

  /** Takes the colours of the style sheet. */
  paint(): void {
    this.#chart.applyOptions(chartLook());
    this.#series.applyOptions({ color: colour('price') });
    this.#drawArrows();
  }

  remove(): void {
    this.#chart.remove();
  }

  #pointOf({ at, prices }: LiveTick): Point[] {
    const value = prices[this.#index] ?? null;
    return value === null ? [] : [{ time: timeOf(at), value }];
  }

  #arrowsOf({ at, trades }: LiveTick): { time: UTCTimestamp; action: 1 | -1 }[] {
    return trades.flatMap(({ symbol, action }) =>
      symbol === this.#index && action !== 0 ? [{ time: timeOf(at), action }] : [],
    );
  }

  #drawArrows(): void {
    this.#markers.setMarkers(
      this.#arrows.map(({ time, action }): SeriesMarker<UTCTimestamp> =>
        action === 1
          ? { time, position: 'belowBar', shape: 'arrowUp', color: colour('buy') }
          : { time, position: 'aboveBar', shape: 'arrowDown', color: colour('sell') },
      ),
    );
  }

  #showActions({ actions }: LiveTick): void {
    for (const [model, chip] of this.#chips.entries()) {
      const { className, sign, says } = ARROWS[actions[this.#index * this.#models + model] ?? 0];
      const name = (chip as HTMLElement).dataset['model'];
      chip.className = className;
      write(chip, `${sign} ${name}: ${says}`);
    }
  }
}

/** The chart counts in seconds. */
function timeOf(at: number): UTCTimestamp {
  return (at / 1_000) as UTCTimestamp; // the library's own name for such a number
}
