import { createHash } from 'node:crypto';
import { whole } from '../figures.js';
import { isEmpty, isProven, type Report, type ReportInput } from '../report.js';
import { type Chart, chartMarkup } from './chart.js';
import { correlationChart } from './correlation-chart.js';
import { callsOf, costCharts } from './cost-charts.js';
import { funnelChart } from './funnel-chart.js';
import { hitRateChart } from './hit-rate-chart.js';
import { latencyCharts } from './latency-charts.js';
import { Markup, markup, shownName } from './markup.js';
import { STYLE } from './style.js';
import { cacheTable, equalityTable, figureTable, promiseTable } from './tables.js';
import { change } from './wording.js';

/** The one style sheet is let in by its hash; nothing else is: no script, no picture, no address. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

const STYLE_TAG = new Markup(`<style>${STYLE}</style>`);

/** Renders reports as one web page that needs nothing else. */
export function pageOf(reports: readonly Report[]): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>One trading bot, written two ways</title>
        ${STYLE_TAG}
      </head>
      <body>
        <h1>One trading bot, written two ways</h1>
        <p>
          The same market data was replayed to two versions of one bot. The <b>usual way</b> opens a connection for each
          model and symbol, keeps a book and a history in each, and stores row by row. The <b>tickwise</b> version does
          each piece of work once and shares it. Both must decide the same; what differs is the cost.
        </p>
        <p><span class="key usual">usual way</span><span class="key tickwise">tickwise</span></p>
        ${reports.map(sectionOf)}
      </body>
    </html> `.text;
}

function sectionOf(report: Report): Markup {
  return markup`<section>
    <h2>${shownName(report.input.name)}</h2>
    ${factsOf(report.input)} ${verdictOf(report)}
    <h3>Did both bots trade the same?</h3>
    ${equalityTable(report)}
    <h3>What each version costs</h3>
    ${chartsOf(costCharts(report))}
    <h3>Where the effort goes</h3>
    ${chartsOf(effortCharts(report))}
    <h3>What was promised, and what was measured</h3>
    ${promiseTable(report)}
    <h3>Work that was already done</h3>
    ${cacheTable(report)}
    <h3>All figures</h3>
    ${figureTable(report)}
  </section>`;
}

function factsOf(input: ReportInput): Markup {
  const source = input.kind === 'synthetic' ? 'Synthetic session' : 'Recorded session';
  const malformed = input.malformed === 0 ? '' : ` ${whole(input.malformed)} malformed lines were left out.`;
  const speed = input.speed === 'max' ? 'as fast as the bot can' : `at ${input.speed} times real time`;
  return markup`<p class="soft">
    ${source} of ${shownName(input.venue)} ${shownName(input.market)}: ${whole(input.frames)} market messages in
    ${input.seconds.toFixed(0)} s of market time, replayed ${speed}.${malformed} ${input.symbols.length} symbols:
    ${namesOf(input.symbols)}. ${input.models.length} models: ${namesOf(input.models)}. A bar is ${input.bar} ms; mode
    ${shownName(input.mode)}.
  </p>`;
}

function verdictOf(report: Report): Markup {
  const { naive, optimised } = report;
  const costs = `Processor time: ${change(naive.cpuMs, optimised.cpuMs)}. Memory at its highest: ${change(naive.peakRssBytes, optimised.peakRssBytes)}. Calls to the exchange: ${change(callsOf(naive), callsOf(optimised))}. Database statements: ${change(naive.statements, optimised.statements)}.`;
  return markup`${resultOf(report)}
    <p>${costs}</p>`;
}

function resultOf(report: Report): Markup {
  if (isEmpty(report))
    return markup`<p class="verdict bad">Nothing proven: too short to give a signal with bars of this length.</p>`;
  if (isProven(report))
    return markup`<p class="verdict good">Same results: every signal, decision, book and stored row is equal.</p>`;
  return markup`<p class="verdict bad">Results differ: see what is not equal below.</p>`;
}

function effortCharts(report: Report): Chart[] {
  const { trace } = report;
  if (trace === undefined) return [funnelChart(report)];
  const charts = [
    funnelChart(report),
    ...latencyCharts(trace),
    hitRateChart(trace.cacheSamples),
    correlationChart(trace.correlations),
  ];
  return charts.filter((chart) => chart !== undefined);
}

function chartsOf(charts: readonly Chart[]): Markup {
  return markup`<div class="charts">${charts.map(chartMarkup)}</div>`;
}

function namesOf(names: readonly string[]): string {
  return names.map((name) => shownName(name)).join(', ');
}
