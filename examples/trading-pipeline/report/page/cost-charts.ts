import { barX, textX } from '@observablehq/plot';
import { callsOf, megabytes, seconds, whole } from '../figures.js';
import type { Report, VersionReport } from '../report.js';
import type { Chart } from './chart.js';
import { change, VERSION_COLOURS, VERSION_NAMES } from './wording.js';

/** Room for the figure at the end of the longest bar, and for the names. */
const END = 84;
const NAMES = 74;

/** Costs that matter to whoever pays for the machine, or for the venue's patience. */
const COSTS: readonly (readonly [string, (version: VersionReport) => number, (value: number) => string, string])[] = [
  ['Processor time', (version) => version.cpuMs, seconds, 'CPU of the whole process, loading included.'],
  [
    'Processor time while trading',
    (version) => version.cpuTradingMs,
    seconds,
    'Without loading and connecting: what a bot that runs for days pays.',
  ],
  [
    'Time for the session',
    (version) => version.durationMs,
    seconds,
    'From the first market message to the last row stored.',
  ],
  ['Memory at its highest', (version) => version.peakRssBytes, megabytes, 'The whole process, database included.'],
  [
    'Memory held at the end',
    (version) => version.heapBytes,
    megabytes,
    'Mostly Node, the libraries, and every signal, which is kept for the comparison.',
  ],
  ['Calls to the exchange', callsOf, whole, 'Connections, subscriptions and REST requests together.'],
  ['Market messages decoded', (version) => version.framesParsed, whole, 'Each costs a JSON parse.'],
  ['Database statements', (version) => version.statements, whole, 'Each is a trip to the database.'],
];

/** One chart for each cost: both versions, one below the other. */
export function costCharts({ naive, optimised }: Report): Chart[] {
  return COSTS.map(([name, read, write, note]) => {
    const values = [read(naive), read(optimised)] as const;
    return { title: `${name}: ${change(...values)}`, note, drawing: pair(values, write) };
  });
}

function pair(values: readonly number[], write: (value: number) => string): Chart['drawing'] {
  const bars = values.map((value, index) => ({ value, name: VERSION_NAMES[index], colour: VERSION_COLOURS[index] }));
  return {
    height: 84,
    margin: 4,
    marginLeft: NAMES,
    marginRight: END,
    x: { axis: null, domain: [0, Math.max(...values) || 1] },
    y: { label: null, domain: VERSION_NAMES, tickSize: 0 },
    marks: [
      barX(bars, { x: 'value', y: 'name', fill: 'colour' }),
      textX(bars, { x: 'value', y: 'name', text: ({ value }) => write(value), textAnchor: 'start', dx: 5 }),
    ],
    color: { type: 'identity' },
  };
}
