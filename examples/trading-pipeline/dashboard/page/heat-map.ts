import { add, write } from './elements.js';

/** Symbols from which on their names stand upright above the columns. */
const MANY = 5;

/** Symbols beyond it are left out: the map would be a carpet. */
const MOST_SYMBOLS = 40;

/** Which symbols move together, as a table of coloured figures. */
export class HeatMap {
  readonly #symbols: number;
  readonly #cells: readonly HTMLElement[][];

  constructor(place: Element, symbols: readonly string[]) {
    const shown = symbols.slice(0, MOST_SYMBOLS);
    place.replaceChildren();
    const table = add(add(place, 'div', 'card scroll'), 'table', shown.length < MANY ? 'heat' : 'heat many');
    const head = add(add(table, 'thead'), 'tr');
    add(head, 'th');
    for (const symbol of shown) add(head, 'th', '', symbol).scope = 'col';
    const body = add(table, 'tbody');
    this.#symbols = symbols.length;
    this.#cells = shown.map((symbol) => {
      const row = add(body, 'tr');
      add(row, 'th', '', symbol).scope = 'row';
      return shown.map(() => add(row, 'td', '', '–'));
    });
  }

  show(correlations: readonly (number | null)[]): void {
    for (const [row, cells] of this.#cells.entries()) {
      for (const [column, cell] of cells.entries()) {
        paint(cell, correlations[row * this.#symbols + column] ?? null);
      }
    }
  }
}

function paint(cell: HTMLElement, value: number | null): void {
  const text = value === null ? '–' : value.toFixed(2);
  if (cell.textContent === text) return;
  write(cell, text);
  cell.style.setProperty('--shade', (value ?? 0) < 0 ? 'var(--against)' : 'var(--together)');
  cell.style.setProperty('--amount', `${Math.round(Math.abs(value ?? 0) * 100)}%`);
}
