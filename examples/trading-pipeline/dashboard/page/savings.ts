import type { LiveFigures, Saving } from '../live-update.js';
import { add, write } from './elements.js';

const KINDS = [
  { of: 'calls', saved: 'calls answered from a cache', done: 'computed' },
  { of: 'messages', saved: 'messages not read again', done: 'read' },
  { of: 'statements', saved: 'database statements saved', done: 'executed' },
] as const;

const whole = new Intl.NumberFormat('en');

/** The figures at the top. */
export class Savings {
  readonly #cards: readonly { readonly big: Element; readonly small: Element }[];

  constructor(place: Element) {
    place.replaceChildren();
    this.#cards = KINDS.map(({ saved }) => {
      const card = add(place, 'div', 'card');
      const big = add(card, 'div', 'big', '0');
      add(card, 'div', '', saved);
      return { big, small: add(card, 'div', 'soft') };
    });
  }

  show(figures: LiveFigures): void {
    for (const [index, { of, done }] of KINDS.entries()) {
      const card = this.#cards[index];
      if (card === undefined) continue;
      const saving: Saving = figures[of];
      write(card.big, whole.format(saving.saved));
      write(card.small, `${whole.format(saving.done)} ${done}, ${shareOf(saving)} less work`);
    }
  }
}

function shareOf({ done, saved }: Saving): string {
  return `${done + saved === 0 ? 0 : Math.floor((saved / (done + saved)) * 100)} %`;
}
