import { cell, text } from '@observablehq/plot';
import type { BotTrace } from '../../bot/result.js';
import { CHART_WIDTH, type Chart } from './chart.js';
import { shownName } from './markup.js';

/** Symbols beyond it are left out: the map would be a carpet. */
const MOST_SYMBOLS = 40;

/** Symbols up to which a cell has room for its figure. */
const MOST_WITH_FIGURES = 7;

const NAME_LENGTH = 12;
const LETTER_WIDTH = 8.6;
/** Side of a cell that has room for a name beside it. */
const SMALLEST_CELL = 17;

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly value: number | null;
}

/** Which symbols move together. */
export function correlationChart({ symbols, values }: BotTrace['correlations']): Chart | undefined {
  const names = symbols.slice(0, MOST_SYMBOLS).map((symbol) => shownName(symbol, NAME_LENGTH));
  if (names.length < 2) return undefined;
  const cells = names.flatMap((_, row) =>
    names.map((__, column): Cell => ({ row, column, value: values[row * symbols.length + column] ?? null })),
  );
  const left = symbols.length > names.length ? ` The first ${names.length} of ${symbols.length} symbols.` : '';
  const isWide = names.length > MOST_WITH_FIGURES;
  return {
    title: 'Which symbols move together',
    note: `Correlation of the latest bars: full orange is 1 (in step), full blue is -1 (opposite), pale is 0 (no relation), empty is too few bars.${left}`,
    drawing: map(names, cells),
    ...(isWide && { size: 'wide' as const }),
  };
}

function map(names: readonly string[], cells: readonly Cell[]): Chart['drawing'] {
  const room = Math.max(...names.map((name) => Array.from(name).length)) * LETTER_WIDTH + 14;
  const side = Math.max(SMALLEST_CELL, (CHART_WIDTH - room) / names.length);
  const nameOf = (index: number): string => names[index] ?? '';
  const position = { x: 'column', y: 'row' } as const;
  const domain = [...names.keys()];
  return {
    width: room + side * names.length + 4,
    height: room + side * names.length + 4,
    margin: 2,
    marginLeft: room,
    marginBottom: room,
    padding: 0.04,
    x: { domain, label: null, tickFormat: nameOf, tickRotate: -90, tickSize: 0 },
    y: { domain, label: null, tickFormat: nameOf, tickSize: 0 },
    marks: [
      cell(cells, {
        ...position,
        fill: ({ value }: Cell) => ((value ?? 0) < 0 ? 'var(--against)' : 'var(--together)'),
        fillOpacity: ({ value }: Cell) => Math.abs(value ?? 0),
        stroke: 'var(--line)',
      }),
      ...(names.length > MOST_WITH_FIGURES
        ? []
        : [text(cells, { ...position, text: ({ value }: Cell) => (value === null ? '–' : value.toFixed(2)) })]),
    ],
    color: { type: 'identity' },
    opacity: { type: 'identity' },
  };
}
