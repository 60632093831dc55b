import { barX, textX } from '@observablehq/plot';
import { whole } from '../figures.js';
import type { Report, VersionReport } from '../report.js';
import type { Chart } from './chart.js';
import { VERSION_COLOURS, VERSION_NAMES } from './wording.js';

const STAGES: readonly (readonly [string, (version: VersionReport) => number])[] = [
  ['messages received', (version) => version.framesSent],
  ['messages decoded', (version) => version.framesParsed],
  ['signals given', (version) => version.signals],
  ['decisions taken', (version) => version.decisions],
  ['rows stored', (version) => version.rows],
  ['database statements', (version) => version.statements],
];

/** From the market message to the stored row: how much passes each stage in either version. */
export function funnelChart({ naive, optimised }: Report): Chart {
  const bars = STAGES.flatMap(([stage, read]) =>
    [naive, optimised].map((version, index) => ({
      stage,
      value: read(version),
      name: VERSION_NAMES[index],
      colour: VERSION_COLOURS[index],
    })),
  );
  return {
    title: 'From market message to stored row: the same signals from fewer messages',
    note: 'Upper bar: usual way. Lower bar: tickwise. Signals, decisions and rows are the work; the rest is effort.',
    drawing: {
      height: STAGES.length * 46,
      margin: 4,
      marginLeft: 148,
      marginRight: 66,
      x: { axis: null, domain: [0, Math.max(...bars.map(({ value }) => value)) || 1] },
      y: { axis: null, domain: VERSION_NAMES, padding: 0.08 },
      fy: { axis: 'left', label: null, domain: STAGES.map(([stage]) => stage), padding: 0.25 },
      color: { type: 'identity' },
      marks: [
        barX(bars, { x: 'value', y: 'name', fy: 'stage', fill: 'colour' }),
        textX(bars, {
          x: 'value',
          y: 'name',
          fy: 'stage',
          text: ({ value }) => whole(value),
          textAnchor: 'start',
          dx: 5,
        }),
      ],
    },
  };
}
