import type { Gate } from './gate.js';

/** Which gates the user asked for. */
export interface Wanted {
  /** Names; none means all that are not extra. */
  readonly names: readonly string[];
  readonly skipped: readonly string[];
  readonly isAll: boolean;
}

/**
 * The gates to run, in their order, with those they need.
 * @throws Error when a name is not a gate's.
 */
export function selectGates(gates: readonly Gate[], { names, skipped, isAll }: Wanted): Gate[] {
  const known = new Map(gates.map((gate) => [gate.name, gate]));
  const unknown = [...names, ...skipped].find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`no gate is called ${unknown}; there are ${[...known.keys()].join(', ')}`);
  const wanted = new Set<string>();
  const want = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    known.get(name)?.needs?.forEach(want);
  };
  const isWanted = (gate: Gate): boolean =>
    names.length > 0 ? names.includes(gate.name) : isAll || gate.isExtra !== true;
  gates.filter((gate) => isWanted(gate) && !skipped.includes(gate.name)).forEach((gate) => want(gate.name));
  return gates.filter((gate) => wanted.has(gate.name));
}
