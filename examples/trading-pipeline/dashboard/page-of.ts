import { type Markup, markup, shownName } from '../report/page/markup.js';
import type { LiveSession } from './live-update.js';

/** The page before its program fills it. */
export function pageOf(session: LiveSession): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${shownName(session.name)} · tickwise</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/dashboard.css" />
        <script type="module" src="/dashboard.js"></script>
      </head>
      <body>
        <header>
          <h1>One bot, each piece of work done once</h1>
          <p id="status" role="status" data-state="waiting">Waiting for the bot</p>
          <p id="session" class="soft"></p>
          <p id="time" class="soft"></p>
        </header>
        <main>
          ${section('saved', 'Saved so far', 'Work that a bot written the usual way does again for each model and row.')}
          ${section('symbols', 'Prices and signals', 'Arrows mark where the bot changed its mind and traded.')}
          <div class="pair">
            ${section('correlation', 'Which symbols move together', 'Latest bars. 1 is in step, -1 opposite.')}
            ${section('hit-rates', 'Answers found in a cache', 'Share of all calls so far, in percent.')}
            ${section('queue', 'Waiting for the database', 'Rows pile up until a batch takes them.')}
            ${section('lag', 'Behind the market', 'Milliseconds of market time.')}
          </div>
        </main>
        <footer class="soft">
          Charts by <a href="https://www.tradingview.com/" rel="noreferrer">TradingView Lightweight Charts</a>. Times are
          UTC.
        </footer>
      </body>
    </html> `.text;
}

function section(id: string, title: string, note: string): Markup {
  return markup`<section aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    <p class="soft">${note}</p>
    <div id="${id}"></div>
  </section>`;
}
