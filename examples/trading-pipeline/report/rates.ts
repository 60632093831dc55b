import type { Work } from '../bot/result.js';
import type { Report, VersionReport } from './report.js';

/** How often something is done per minute of market time. */
export interface Rate {
  readonly what: string;
  readonly naive: number;
  readonly optimised: number;
}

/** Work that a version does itself, or asks others to do, line by line. */
export function ratesOf({
  input,
  naive,
  optimised,
  services,
}: Pick<Report, 'input' | 'naive' | 'optimised' | 'services'>): Rate[] {
  const minutes = input.seconds / 60;
  const rate = (what: string, before: number, after: number): Rate => ({
    what,
    naive: before / minutes,
    optimised: after / minutes,
  });
  const told = services && [
    rate('reasoning', services.naive.questions, services.optimised.questions),
    rate('alerts', services.naive.messages, services.optimised.messages),
  ];
  return [...LINES.map(([what, read]) => rate(what, read(naive), read(optimised))), ...(told ?? [])];
}

const LINES: readonly (readonly [what: string, read: (version: VersionReport) => number])[] = [
  ['frames parsed', ({ framesParsed }) => framesParsed],
  ...(['features', 'predictions', 'regime', 'decisions'] as const).map(
    (name: keyof Work) => [name, ({ work }: VersionReport) => work[name]] as const,
  ),
  ['position checks', ({ positionChecks }) => positionChecks],
  ['statements', ({ statements }) => statements],
];
