import type { Comparison } from '../comparison.js';
import { FAULT_FIGURES, FAULT_HEAD, faultCells } from '../fault-figures.js';
import type { FaultReport } from '../fault-report.js';
import { FIGURES, type Figure, whole } from '../figures.js';
import { differenceLines } from '../difference-lines.js';
import type { Report } from '../report.js';
import { serviceLines } from '../service-lines.js';
import type { ServicesReport } from '../services.js';
import { type Markup, markup, shownName } from './markup.js';
import { percent } from './wording.js';

/** Figures that only the page has room for. */
const MORE_FIGURES: readonly Figure[] = [
  ['frames that could not be read', (version) => version.framesMalformed, whole],
  ['signals', (version) => version.signals, whole],
  ['decisions', (version) => version.decisions, whole],
];

/** What was compared, and how much of it is equal. */
export function equalityTable({ signals, decisions, books, rows, services, differences, faults }: Report): Markup {
  const lines: readonly (readonly [string, Comparison])[] = [
    ['signals of the models', signals],
    ['decisions to trade', decisions],
    ['order books at the end', books],
    ['rows in the database', rows],
    ...(services === undefined ? [] : toldLines(services)),
  ];
  return table(
    ['compared', 'there are', 'equal', 'verdict'],
    lines.map(([name, { total, equal }]) => [name, whole(total), whole(equal), verdict(total, equal)]),
  );

  function verdict(total: number, equal: number): Markup {
    if (total > 0 && total === equal) return markup`<span class="good">all equal</span>`;
    // In mode tolerant only the books have to be equal, and with faults each version has met another market.
    const mayDiffer = differences !== undefined || faults !== undefined;
    if (mayDiffer && equal < total) return markup`${whole(total - equal)} differ`;
    return markup`<span class="bad">not proven</span>`;
  }
}

function toldLines({ reasons, alerts }: ServicesReport): [string, Comparison][] {
  return [
    ['explanations of trades', reasons],
    ['alerts in messages', alerts],
  ];
}

/** What explanations and alerts took. */
export function serviceTable(services: ServicesReport): Markup {
  return table(['explanations and alerts', 'usual way', 'tickwise'], serviceLines(services));
}

/** What each cache saved by serving results of nearly the same inputs, and what that changed. */
export function differenceTable(report: Report): Markup {
  return table(
    ['work', 'asked for', 'computed', 'saved', 'different for it'],
    differenceLines(report).map(({ cache, asked, computed, saved, changed }) => [
      cache,
      asked,
      computed,
      saved,
      changed,
    ]),
  );
}

/** What was promised, and what came out. */
export function promiseTable({ claims }: Report): Markup {
  return table(
    ['promise', 'promised', 'measured', 'kept'],
    claims.map(({ what, claim, measured, isMet }) => [
      what,
      claim,
      measured,
      isMet ? markup`<span class="good">yes</span>` : markup`<span class="bad">no</span>`,
    ]),
  );
}

/** How often each cache had the answer, in the whole run. */
export function cacheTable({ optimised }: Report): Markup {
  return table(
    ['work', 'asked for', 'computed', 'already done'],
    Object.entries(optimised.cacheHits).map(([name, { calls, hits }]) => [
      shownName(name),
      whole(calls),
      whole(calls - hits),
      calls === 0 ? '–' : percent(hits / calls),
    ]),
  );
}

/** Every figure of both versions. */
export function figureTable({ naive, optimised }: Report): Markup {
  return table(
    ['figure', 'usual way', 'tickwise', 'ratio'],
    [...FIGURES, ...MORE_FIGURES].map(([name, read, write]) => {
      const [before, after] = [read(naive), read(optimised)];
      return [name, write(before), write(after), after === 0 ? '–' : `${(before / after).toFixed(1)}×`];
    }),
  );
}

/** What went wrong on purpose, and what each version made of it: two lines for each time. */
export function faultTable({ lines }: FaultReport): Markup {
  return table(
    FAULT_HEAD,
    lines.flatMap((line) => faultCells({ ...line, symbol: shownName(line.symbol) })),
  );
}

/** How each version came through everything. */
export function survivalTable({ naive, optimised }: FaultReport): Markup {
  return table(
    ['with all faults', 'usual way', 'tickwise'],
    FAULT_FIGURES.map(([name, read]) => [name, read(naive), read(optimised)]),
  );
}

function table(head: readonly string[], rows: readonly (readonly (string | Markup)[])[]): Markup {
  const cells = (row: readonly (string | Markup)[]): Markup[] =>
    row.map((content, index) => (index === 0 ? markup`<th scope="row">${content}</th>` : markup`<td>${content}</td>`));
  return markup`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${head.map((name) => markup`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            markup`<tr>
              ${cells(row)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
