import { barX, text, textX } from '@observablehq/plot';
import type { BotTrace } from '../../bot/result.js';
import type { Chart } from './chart.js';
import { milliseconds } from './wording.js';

interface Bar {
  readonly group: string;
  readonly name: string;
  readonly value: number;
}

const TYPICAL = 'half within';
const RARE = '99 of 100 within';

/** How long decisions took, and how long rows were on their way to the database. */
export function latencyCharts({ decideMs, storeDelayMs }: BotTrace): Chart[] {
  const decisions = [
    { group: '', name: TYPICAL, value: decideMs.p50 },
    { group: '', name: '9 of 10 within', value: decideMs.p90 },
    { group: '', name: RARE, value: decideMs.p99 },
    { group: '', name: 'slowest', value: decideMs.max },
  ];
  const tables = Object.entries(storeDelayMs).flatMap(([group, { p50, p99 }]) => [
    { group, name: TYPICAL, value: p50 },
    { group, name: RARE, value: p99 },
  ]);
  return [
    {
      title: `How long it takes to decide: half of the time within ${milliseconds(decideMs.p50)}`,
      note: 'Real time from the end of a bar until all models have spoken on all symbols, in the tickwise version.',
      drawing: bars(decisions, 130),
    },
    {
      title: 'How long a row waits until it is in the database',
      note: 'Market time, oldest row of each batch, in the tickwise version. Batches trade this wait for fewer statements.',
      drawing: bars(tables, 190),
    },
  ];
}

function bars(data: readonly Bar[], height: number): Chart['drawing'] {
  const names = [...new Set(data.map(({ name }) => name))];
  const groups = [...new Set(data.map(({ group }) => group))];
  const hasGroups = groups.length > 1;
  return {
    height: height + (hasGroups ? 30 : 0),
    margin: 4,
    marginTop: hasGroups ? 20 : 4,
    marginLeft: 110,
    marginRight: 72,
    x: { axis: null, domain: [0, Math.max(...data.map(({ value }) => value)) || 1] },
    y: { label: null, domain: names, tickSize: 0 },
    fy: { axis: null, domain: groups, padding: hasGroups ? 0.35 : 0 },
    marks: [
      barX(data, { x: 'value', y: 'name', fy: 'group', fill: 'var(--tickwise)' }),
      textX(data, {
        x: 'value',
        y: 'name',
        fy: 'group',
        text: ({ value }) => milliseconds(value),
        textAnchor: 'start',
        dx: 5,
      }),
      ...(hasGroups
        ? [
            text(groups, {
              fy: (group: string) => group,
              text: (group: string) => group,
              frameAnchor: 'top-left',
              dx: -106,
              dy: -14,
            }),
          ]
        : []),
    ],
  };
}
