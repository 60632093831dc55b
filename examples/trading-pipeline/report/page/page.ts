import { whole } from '../figures.js';
import { isEmpty, isProven, type Report, type ReportInput } from '../report.js';
import { type Chart, chartMarkup } from './chart.js';
import { correlationChart } from './correlation-chart.js';
import { callsOf } from '../figures.js';
import { costCharts } from './cost-charts.js';
import { documentOf } from './document.js';
import { funnelChart } from './funnel-chart.js';
import { hitRateChart } from './hit-rate-chart.js';
import { latencyCharts } from './latency-charts.js';
import { type Markup, markup, shownName } from './markup.js';
import {
  cacheTable,
  differenceTable,
  equalityTable,
  faultTable,
  figureTable,
  promiseTable,
  rateTable,
  serviceTable,
  survivalTable,
} from './tables.js';
import { change } from './wording.js';

/** Renders reports as one web page that needs nothing else. */
export function pageOf(reports: readonly Report[]): string {
  const title = 'One trading bot, written two ways';
  return documentOf(
    title,
    markup`<h1>${title}</h1>
      <p>
        The same market data was replayed to two versions of one bot. The <b>usual way</b> opens a connection for each
        model and symbol, keeps a book and a history in each, and stores row by row. The <b>tickwise</b> version does
        each piece of work once and shares it. Both must decide the same; what differs is the cost.
      </p>
      <p><span class="key usual">usual way</span><span class="key tickwise">tickwise</span></p>
      ${reports.map(sectionOf)}`,
  );
}

function sectionOf(report: Report): Markup {
  return markup`<section>
    <h2>${shownName(report.input.name)}</h2>
    ${factsOf(report.input)} ${verdictOf(report)}
    ${faultsOf(report)}
    <h3>Did both bots trade the same?</h3>
    ${equalityTable(report)} ${toleranceOf(report)}
    <h3>What each version costs</h3>
    ${chartsOf(costCharts(report))}
    <h3>Where the effort goes</h3>
    ${chartsOf(effortCharts(report))}
    ${servicesOf(report)}
    <h3>What was promised, and what was measured</h3>
    ${promiseTable(report)}
    <h3>How often, per minute of market time</h3>
    ${rateTable(report)}
    <h3>Work that was already done</h3>
    ${cacheTable(report)}
    <h3>All figures</h3>
    ${figureTable(report)}
  </section>`;
}

const SOURCES = {
  recorded: 'Recorded session',
  synthetic: 'Synthetic session',
  bars: 'Session made from recorded bars, in the language',
};

function factsOf(input: ReportInput): Markup {
  const source = SOURCES[input.kind];
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
  if (report.faults !== undefined) return survivedOf(report);
  if (isProven(report) && report.differences !== undefined)
    return markup`<p class="verdict good">Nothing lost: as many signals, decisions and rows, and equal books; what differs is counted below.</p>`;
  if (isProven(report))
    return markup`<p class="verdict good">Same results: every signal, decision, book and stored row is equal.</p>`;
  return markup`<p class="verdict bad">Results differ: see what is not equal below.</p>`;
}

function survivedOf(report: Report): Markup {
  if (isProven(report))
    return markup`<p class="verdict good">Came through: tickwise lost no row, doubled none, and gave up no book.</p>`;
  return markup`<p class="verdict bad">Not survived: tickwise lost or doubled rows, or gave up a book.</p>`;
}

function faultsOf({ faults }: Report): Markup {
  if (faults === undefined) return markup``;
  return markup`<h3>What went wrong on purpose</h3>
    <p class="soft">
      Connections were cut, messages sent twice or left out, the exchange fell silent or answered 429 (too many
      requests), the database or the language model was slow or down. The two versions then see different prices, so
      their signals need not be equal; no row may be lost or doubled. A signal not given is one that was held back, or
      impossible, until the price was known again.
    </p>
    ${faultTable(faults)}
    <h3>How each version came through</h3>
    ${survivalTable(faults)}`;
}

/** Only in mode `tolerant`. */
function toleranceOf(report: Report): Markup {
  if (report.differences === undefined) return markup``;
  return markup`<h3>What was saved by results that are nearly right, and what that changed</h3>
    <p class="soft">
      In this mode the tickwise version may serve a result again while price and score are about the same, for a limited
      time. What one kind of work changes shows in every line below it too.
    </p>
    ${differenceTable(report)}`;
}

/** Only when there were services. */
function servicesOf({ services }: Report): Markup {
  if (services === undefined) return markup``;
  return markup`<h3>Explaining trades and sending alerts</h3>
    <p class="soft">
      A language model explains each trade, and a chat is told of each change; both services were simulated, with their
      latencies, prices and limits, in market time. The usual way asks and sends one by one and waits for each answer.
      The tickwise version asks once for equal questions and puts alerts of a kind into one message, warnings at once.
    </p>
    ${serviceTable(services)}`;
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
