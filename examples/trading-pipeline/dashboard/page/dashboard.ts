import { type LiveFigures, type LiveSession, type LiveTick, type LiveUpdate, MOST_TICKS } from '../live-update.js';
import { place } from './elements.js';
import { HeatMap } from './heat-map.js';
import { hitRates, lags, queues, TrendPanel } from './trend-panel.js';
import { Savings } from './savings.js';
import { SymbolPanel } from './symbol-panel.js';
import { onThemeChange } from './theme.js';

/** Everything that is drawn for one session. */
interface Panels {
  readonly savings: Savings;
  readonly symbols: readonly SymbolPanel[];
  readonly heatMap: HeatMap;
  readonly trends: readonly TrendPanel[];
}

/** The page: takes what the server sends and draws it, at most once a frame. */
export class Dashboard {
  #session = '';
  #panels: Panels | undefined;
  #ticks: LiveTick[] = [];
  #figures: LiveFigures | undefined;
  /** The next update is the whole story and not a part of it. */
  #isStory = false;
  #frame = 0;

  /** Listens for ever: the browser asks again by itself when the server goes away. */
  follow(url: string): void {
    const events = new EventSource(url);
    events.addEventListener('session', ({ data }: MessageEvent<string>) => this.#begin(data));
    events.addEventListener('update', ({ data }: MessageEvent<string>) => this.#take(JSON.parse(data) as LiveUpdate));
    events.addEventListener('end', () => say('ended', 'The session is over'));
    events.addEventListener('error', () => say('lost', 'The bot does not answer; trying again'));
    onThemeChange(() => this.#panels && eachChart(this.#panels, (panel) => panel.paint()));
  }

  #begin(text: string): void {
    say('live', 'Live');
    this.#isStory = true;
    this.#ticks = [];
    if (text === this.#session) return;
    this.#session = text;
    const session = JSON.parse(text) as LiveSession;
    if (this.#panels !== undefined) eachChart(this.#panels, (panel) => panel.remove());
    this.#panels = draw(session);
  }

  // A page that nobody looks at draws no frames: what waits is bounded to what a chart shows.
  #take({ ticks, figures }: LiveUpdate): void {
    this.#figures = figures;
    this.#ticks.push(...ticks);
    if (this.#ticks.length > 2 * MOST_TICKS) this.#ticks = this.#ticks.slice(-MOST_TICKS);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const ticks = this.#ticks;
    const figures = this.#figures;
    const isStory = this.#isStory;
    this.#ticks = [];
    this.#isStory = false;
    if (this.#panels === undefined || figures === undefined) return;
    const { savings, symbols, heatMap, trends } = this.#panels;
    savings.show(figures);
    heatMap.show(figures.correlations);
    for (const panel of symbols) panel.add(ticks, isStory);
    const newest = ticks.at(-1);
    if (newest === undefined) return;
    place('time').textContent = new Date(newest.at).toISOString().replace('T', ' ').slice(0, 21);
    for (const trend of trends) trend.add(newest.at, figures, isStory);
  }
}

function draw(session: LiveSession): Panels {
  const { name, kind, venue, symbols, models, bar } = session;
  place('session').textContent =
    `${name}: a ${kind} session of ${venue}, a bar every ${bar} ms, ${models.length} models`;
  return {
    savings: new Savings(place('saved')),
    symbols: symbols.map((_, index) => new SymbolPanel(emptied('symbols', index), session, index)),
    heatMap: new HeatMap(place('correlation'), symbols),
    trends: [
      new TrendPanel(place('hit-rates'), hitRates),
      new TrendPanel(place('queue'), queues),
      new TrendPanel(place('lag'), (figures) => lags(figures, bar)),
    ],
  };
}

function emptied(id: string, index: number): HTMLElement {
  const element = place(id);
  if (index === 0) element.replaceChildren();
  return element;
}

function eachChart({ symbols, trends }: Panels, change: (panel: SymbolPanel | TrendPanel) => void): void {
  for (const panel of [...symbols, ...trends]) change(panel);
}

function say(state: 'live' | 'lost' | 'ended', text: string): void {
  const status = place('status');
  if (status.dataset['state'] === 'ended' && state === 'lost') return;
  status.dataset['state'] = state;
  status.textContent = text;
}
