import { dot, ruleX, text, tickX } from '@observablehq/plot';
import type { Chart } from '../../examples/trading-pipeline/report/page/chart.js';
import { shownName } from '../../examples/trading-pipeline/report/page/markup.js';
import type { Report } from './report.js';
import type { Standing } from './session.js';
import { UNITS } from './units.js';

const WIDTH = 860;
const ROW_HEIGHT = 26;
/** Room above and below the rows: the axis and its label. */
const AXIS_ROOM = 64;
const LETTER_WIDTH = 6.4;
const NAME_LENGTH = 52;
/** Room for a figure behind the largest dot. */
const FIGURE_ROOM = 130;
/** From this ratio of the largest to the smallest on, a chart counts in powers. */
const POWERS = 20;

interface Point {
  readonly name: string;
  readonly value: number;
  readonly colour: string;
}

/** What each contender took, round by round. */
export function chartOf({ name, benchmark, environment, standings }: Report): Chart {
  const measured = standings.filter(({ status }) => status === 'measured');
  const labelOf = (standing: Standing): string => labelled(standing, environment.peers);
  const points = measured.flatMap((standing) =>
    standing.rounds.map((value): Point => ({ name: labelOf(standing), value, colour: colourOf(standing) })),
  );
  const medians = measured.map((standing) => ({
    name: labelOf(standing),
    value: standing.median,
    largest: Math.max(...standing.rounds),
    colour: colourOf(standing),
    figure: figureOf(standing),
  }));
  const position = { x: 'value', y: 'name' } as const;
  return {
    title: `${name.split('/')[1] ?? name}: ${benchmark.question}`,
    size: 'wide',
    drawing: {
      ...frameOf(medians.map((median) => median.name)),
      x: {
        ...scaleOf(points.map(({ value }) => value)),
        label: UNITS[benchmark.unit ?? 'ns'].head(benchmark.operation),
      },
      marks: [
        dot(points, { ...position, r: 3, fill: 'colour', fillOpacity: 0.35 }),
        tickX(medians, { ...position, stroke: 'colour', strokeWidth: 3, inset: 5 }),
        text(medians, { x: 'largest', y: 'name', text: 'figure', dx: 10, textAnchor: 'start', fill: 'currentColor' }),
      ],
      color: { type: 'identity' },
    },
  };
}

/** How long ours takes for each question, as a share of the best peer. `undefined` when no question has a peer. */
export function ratioChart(reports: readonly Report[]): Chart | undefined {
  const ratios = reports.flatMap(({ name, standings }) => {
    const ours = standings.find((standing) => standing.ours && standing.toBestPeer !== undefined);
    return ours?.toBestPeer === undefined ? [] : [{ name: shownName(name, NAME_LENGTH), value: ours.toBestPeer }];
  });
  if (ratios.length === 0) return undefined;
  const position = { x: 'value', y: 'name' } as const;
  return {
    title: 'Ours against the best peer of each question',
    note: 'The best of our contenders. Left of the line we need less than the best peer, right of it more.',
    size: 'wide',
    drawing: {
      ...frameOf(ratios.map(({ name }) => name)),
      x: { type: 'log', label: 'times what the best peer takes', tickFormat: (value: number) => `${value}×` },
      marks: [
        ruleX([1], { stroke: 'var(--soft)' }),
        dot(ratios, { ...position, r: 4, fill: 'var(--tickwise)' }),
        text(ratios, {
          ...position,
          text: ({ value }: { value: number }) => `${short(value)}×`,
          dx: 10,
          textAnchor: 'start',
          fill: 'currentColor',
        }),
      ],
    },
  };
}

function frameOf(names: readonly string[]): Chart['drawing'] {
  const longest = Math.max(0, ...names.map((name) => Array.from(name).length));
  const marginLeft = longest * LETTER_WIDTH + 16;
  return {
    width: Math.max(WIDTH, marginLeft + FIGURE_ROOM + 220),
    height: names.length * ROW_HEIGHT + AXIS_ROOM,
    marginLeft,
    marginRight: FIGURE_ROOM,
    marginTop: 10,
    marginBottom: 44,
    y: { domain: [...names], label: null, tickSize: 0 },
  };
}

function scaleOf(values: readonly number[]): { type: 'log' | 'linear'; zero?: boolean; nice?: boolean } {
  const positive = values.filter((value) => value > 0);
  const canPower = positive.length === values.length && values.length > 0;
  const range = Math.max(...positive) / Math.min(...positive);
  return canPower && range > POWERS ? { type: 'log' } : { type: 'linear', zero: true, nice: true };
}

function labelled({ name, package: from, ours }: Standing, peers: Readonly<Record<string, string>>): string {
  const version = from === undefined ? '' : ` ${peers[from] ?? ''}`;
  return shownName(`${name}${version}${ours ? ' (ours)' : ''}`, NAME_LENGTH);
}

function figureOf({ median, ours, toBestPeer }: Standing): string {
  const ratio = ours && toBestPeer !== undefined ? `, ${short(toBestPeer)}× best peer` : '';
  return `${short(median)}${ratio}`;
}

function colourOf({ ours, floor }: Standing): string {
  return `var(--${ours ? 'tickwise' : floor ? 'against' : 'usual'})`;
}

/** Three digits that count, and thousands apart. */
function short(value: number): string {
  return (value < 1_000 ? Number(value.toPrecision(3)) : Math.round(value)).toLocaleString('en');
}
