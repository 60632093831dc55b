import { UserError } from '../user-error.js';

/** The three kinds of model. */
export type ModelKind = 'ppo' | 'genetic' | 'spectrum';

/** One model of the roster. The first of each kind has its plain name, later ones a number. */
export interface ModelSpec {
  readonly name: string;
  readonly kind: ModelKind;
  /** 0 for the first of its kind; the variant decides patience, seed or window. */
  readonly variant: number;
}

const KINDS: readonly ModelKind[] = ['ppo', 'genetic', 'spectrum'];
const MOST_MODELS = 27;

/**
 * Reads `--models`: a number from 1 to 27, or names separated by commas (`ppo,spectrum,ppo-2`).
 * @throws UserError for anything else.
 */
export function rosterOf(text: string): ModelSpec[] {
  const names = /^\d+$/.test(text) ? firstNames(Number(text)) : text.split(',').map((name) => name.trim());
  if (names.length === 0 || names.length > MOST_MODELS) {
    throw new UserError(`--models takes a number from 1 to ${MOST_MODELS} or model names, got "${text}"`);
  }
  if (new Set(names).size < names.length) throw new UserError(`--models names a model twice: ${text}`);
  return names.map(specOf);
}

function firstNames(count: number): string[] {
  return Array.from({ length: Math.min(count, MOST_MODELS + 1) }, (_, i) => {
    const round = Math.floor(i / KINDS.length);
    const kind = KINDS[i % KINDS.length] ?? 'ppo';
    return round === 0 ? kind : `${kind}-${round + 1}`;
  });
}

function specOf(name: string): ModelSpec {
  const [, kind, number] = /^(ppo|genetic|spectrum)(?:-([2-9]))?$/.exec(name) ?? [];
  if (!isKind(kind))
    throw new UserError(`unknown model "${name}": known are ${KINDS.join(', ')}, and ppo-2 to spectrum-9`);
  return { name, kind, variant: number === undefined ? 0 : Number(number) - 1 };
}

function isKind(text: string | undefined): text is ModelKind {
  return KINDS.some((kind) => kind === text);
}
