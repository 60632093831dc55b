import { chartMarkup } from '../../examples/trading-pipeline/report/page/chart.js';
import { documentOf } from '../../examples/trading-pipeline/report/page/document.js';
import { type Markup, markup } from '../../examples/trading-pipeline/report/page/markup.js';
import { chartOf, ratioChart } from './page-charts.js';
import type { ClaimResult } from './claim.js';
import type { Environment } from './environment.js';
import { claimsSection } from './page-claims.js';
import { type Report, renderHeader } from './report.js';
import { UNITS } from './units.js';

/** What one run measured, and where. */
export interface Run {
  readonly reports: readonly Report[];
  readonly claims: readonly ClaimResult[];
  readonly environment: Environment;
}

/** Renders one run as one web page that needs nothing else. */
export function renderPage({ reports, claims, environment }: Run): string {
  const primitives = [...new Set(reports.map(primitiveOf))];
  return documentOf(
    'tickwise, measured against its peers',
    markup`<h1>tickwise, measured against its peers</h1>
      <p class="soft">${renderHeader(environment)}, V8 ${environment.v8}, ${environment.date}</p>
      ${reports.length === 0 ? markup`` : legend()}
      ${summaryOf(reports)}
      ${primitives.map((primitive) =>
        sectionOf(
          primitive,
          reports.filter((report) => primitiveOf(report) === primitive),
        ),
      )}
      ${claimsSection(claims)}`,
  );
}

function legend(): Markup {
  return markup`<p>
        Each contender ran in a process of its own, in alternated order, after its answer had been compared with the
        reference. A faint dot is one round, a bar the median of all rounds. Less is better in every chart.
      </p>
      <p>
        <span class="key tickwise">tickwise</span><span class="key usual">its peers</span
        ><span class="key floor">the floor: by hand, without checks</span>
      </p>`;
}

function summaryOf(reports: readonly Report[]): Markup {
  const chart = ratioChart(reports);
  return chart === undefined ? markup`` : markup`<div class="charts">${chartMarkup(chart)}</div>`;
}

function sectionOf(primitive: string, reports: readonly Report[]): Markup {
  return markup`<section>
    <h2>${primitive}</h2>
    <div class="charts">${reports.map((report) => chartMarkup({ ...chartOf(report), note: noteOf(report) }))}</div>
  </section>`;
}

/** How it was measured, what the figures do not say, and who has none. */
function noteOf({ benchmark, settings, isQuick, standings }: Report): string {
  const method = UNITS[benchmark.unit ?? 'ns'].method;
  const rounds = `${settings.rounds} ${settings.rounds === 1 ? 'round' : 'rounds'}${isQuick ? ', quick' : ''}; ${method}.`;
  const faults = standings
    .filter(({ reason }) => reason !== undefined)
    .map(({ name, status, reason }) => `${name} ${status}: ${reason}.`);
  return [rounds, benchmark.note ?? '', ...faults].filter((text) => text !== '').join(' ');
}

function primitiveOf({ name }: Report): string {
  return name.split('/')[0] ?? name;
}
