import { dot, type Markish, type PlotOptions, ruleX, type Text, text, tickX } from '@observablehq/plot';
import type { Chart } from '../../examples/trading-pipeline/report/page/chart.js';
import { shownName } from '../../examples/trading-pipeline/report/page/markup.js';
import type { Report } from './report.js';
import type { Standing } from './session.js';
import { UNITS } from './units.js';

/** Width of a chart on a desk and on a phone, in pixels. */
const WIDTH = 1_140;
const PHONE_WIDTH = 334;
/** Height of a row; on a phone the name stands above its dots. */
const ROW_HEIGHT = 26;
const PHONE_ROW_HEIGHT = 42;
/** Pixels that a mark keeps from its row's edges; on a phone the name is there. */
const INSET = 5;
const PHONE_INSET = 13;
/** Room above and below the rows: the axis and its label. */
const AXIS_ROOM = 64;
const LETTER_WIDTH = 6.4;
const NAME_LENGTH = 52;
const PHONE_NAME_LENGTH = 29;
/** Room at the right, where the figures stand one below the other. */
const FIGURE_ROOM = 160;
/** Pixels between the outermost dots and what stands beside them. */
const DOT_ROOM = 12;
/** Pixels around a drawing on a phone: half a dot, half a label. */
const PHONE_MARGIN = 16;
/** From this ratio of the largest to the smallest on, a chart counts in powers. */
const POWERS = 20;

interface Point {
  readonly name: string;
  readonly value: number;
  readonly colour: string;
}

/** A row of a chart: who it is, and the figure at its right. */
interface Row {
  readonly name: string;
  readonly figure: string;
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
    colour: colourOf(standing),
    figure: figureOf(standing),
  }));
  const position = { x: 'value', y: 'name' } as const;
  const drawing: PlotOptions = {
    x: { ...scaleOf(points.map(({ value }) => value)), label: UNITS[benchmark.unit ?? 'ns'].head(benchmark.operation) },
    color: { type: 'identity' },
  };
  const marks = (inset: number): Markish[] => [
    dot(points, { ...position, r: 3, fill: 'colour', fillOpacity: 0.35 }),
    tickX(medians, { ...position, stroke: 'colour', strokeWidth: 3, inset }),
  ];
  return { title: `${name.split('/')[1] ?? name}: ${benchmark.question}`, ...inRows(medians, drawing, marks) };
}

/** How long ours takes for each question, as a share of the best peer. `undefined` when no question has a peer. */
export function ratioChart(reports: readonly Report[]): Chart | undefined {
  const ratios = reports.flatMap(({ name, standings }) => {
    const ours = standings.find((standing) => standing.ours && standing.toBestPeer !== undefined);
    if (ours?.toBestPeer === undefined) return [];
    return [{ name: shownName(name, NAME_LENGTH), value: ours.toBestPeer, figure: `${short(ours.toBestPeer)}×` }];
  });
  if (ratios.length === 0) return undefined;
  const drawing: PlotOptions = {
    x: { type: 'log', label: 'times what the best peer takes', tickFormat: (value: number) => `${value}×` },
  };
  const marks = (): Markish[] => [
    ruleX([1], { stroke: 'var(--soft)' }),
    dot(ratios, { x: 'value', y: 'name', r: 4, fill: 'var(--tickwise)' }),
  ];
  return {
    title: 'Ours against the best peer of each question',
    note: 'The best of our contenders. Left of the line we need less than the best peer, right of it more.',
    ...inRows(ratios, drawing, marks),
  };
}

/** A drawing with a row for each name, for a desk and for a phone. `marks` keep so many pixels from a row's edges. */
function inRows(
  rows: readonly Row[],
  drawing: PlotOptions,
  marks: (inset: number) => Markish[],
): Pick<Chart, 'size' | 'drawing' | 'phone'> {
  return {
    size: 'wide',
    drawing: {
      ...drawing,
      ...frameOf(rows),
      marks: [...marks(INSET), figuresOf(rows, { dx: FIGURE_ROOM })],
    },
    phone: {
      ...drawing,
      ...phoneFrameOf(rows),
      // Few labels fit, and Plot leaves out none by itself.
      x: { ...drawing.x, ticks: 4 },
      marks: [
        ...marks(PHONE_INSET),
        text(rows, {
          y: 'name',
          text: ({ name }: Row) => shownName(name, PHONE_NAME_LENGTH),
          frameAnchor: 'left',
          textAnchor: 'start',
          dx: -PHONE_MARGIN,
          dy: -PHONE_ROW_HEIGHT / 3,
          fill: 'currentColor',
        }),
        figuresOf(rows, { dx: PHONE_MARGIN, dy: -PHONE_ROW_HEIGHT / 3 }),
      ],
    },
  };
}

function figuresOf(rows: readonly Row[], offset: { dx: number; dy?: number }): Text {
  return text(rows, {
    ...offset,
    y: 'name',
    text: 'figure',
    frameAnchor: 'right',
    textAnchor: 'end',
    fill: 'currentColor',
  });
}

function frameOf(rows: readonly Row[]): PlotOptions {
  const longest = Math.max(0, ...rows.map(({ name }) => Array.from(name).length));
  return {
    width: WIDTH,
    height: rows.length * ROW_HEIGHT + AXIS_ROOM,
    marginLeft: longest * LETTER_WIDTH + 16,
    marginRight: FIGURE_ROOM,
    marginTop: 10,
    marginBottom: 44,
    insetLeft: DOT_ROOM,
    insetRight: DOT_ROOM,
    y: { domain: rows.map(({ name }) => name), label: null, tickSize: 0 },
  };
}

function phoneFrameOf(rows: readonly Row[]): PlotOptions {
  return {
    width: PHONE_WIDTH,
    height: rows.length * PHONE_ROW_HEIGHT + AXIS_ROOM,
    marginLeft: PHONE_MARGIN,
    marginRight: PHONE_MARGIN,
    marginTop: 10,
    marginBottom: 44,
    y: { domain: rows.map(({ name }) => name), axis: null },
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
  return `var(--${ours ? 'tickwise' : floor ? 'floor' : 'usual'})`;
}

/** Three digits that count, and thousands apart. */
function short(value: number): string {
  return (value < 1_000 ? Number(value.toPrecision(3)) : Math.round(value)).toLocaleString('en');
}
