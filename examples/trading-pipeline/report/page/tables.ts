import type { Comparison } from '../comparison.js';
import { FIGURES, type Figure, whole } from '../figures.js';
import type { Report } from '../report.js';
import { type Markup, markup, shownName } from './markup.js';
import { percent } from './wording.js';

/** Figures that only the page has room for. */
const MORE_FIGURES: readonly Figure[] = [
  ['frames that could not be read', (version) => version.framesMalformed, whole],
  ['signals', (version) => version.signals, whole],
  ['decisions', (version) => version.decisions, whole],
];

/** What was compared, and how much of it is equal. */
export function equalityTable({ signals, decisions, books, rows }: Report): Markup {
  const lines: readonly (readonly [string, Comparison])[] = [
    ['signals of the models', signals],
    ['decisions to trade', decisions],
    ['order books at the end', books],
    ['rows in the database', rows],
  ];
  return table(
    ['compared', 'there are', 'equal', 'verdict'],
    lines.map(([name, { total, equal }]) => [name, whole(total), whole(equal), verdict(total > 0 && total === equal)]),
  );

  function verdict(isSame: boolean): Markup {
    return isSame ? markup`<span class="good">all equal</span>` : markup`<span class="bad">not proven</span>`;
  }
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
