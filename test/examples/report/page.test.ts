import { createHash } from 'node:crypto';
import { type DefaultTreeAdapterMap, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { FIGURES, whole } from '../../../examples/trading-pipeline/report/figures.js';
import { pageOf } from '../../../examples/trading-pipeline/report/page/page.js';
import { milliseconds } from '../../../examples/trading-pipeline/report/page/wording.js';
import type { Report } from '../../../examples/trading-pipeline/report/report.js';
import { sampleReport, tolerantReport } from './sample-report.js';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

const report = sampleReport();
const page = pageOf([report]);

describe('the report as a page', () => {
  it('is well-formed', () => {
    const errors: string[] = [];

    parse(page, { onParseError: ({ code, startLine }) => errors.push(`${code} in line ${startLine}`) });

    expect(errors).toEqual([]);
  });

  it('has a row for each figure, with that of both versions', () => {
    const rows = rowsOf(page);

    for (const [name, read, write] of FIGURES) {
      expect(rows.get(name)?.slice(0, 2)).toEqual([write(read(report.naive)), write(read(report.optimised))]);
    }
    expect(rows.get('frames that could not be read')?.slice(0, 2)).toEqual(['5', '5']);
    expect(rows.get('signals')?.slice(0, 2)).toEqual(['5,021', '5,021']);
    expect(rows.get('decisions')?.slice(0, 2)).toEqual(['1,223', '1,223']);
  });

  it('says what was equal, what was promised and what the caches did', () => {
    const rows = rowsOf(page);

    expect(rows.get('rows in the database')).toEqual(['6,151', '6,151', 'all equal']);
    expect(rows.get('order books at the end')).toEqual(['9', '9', 'all equal']);
    for (const { what, claim, measured, isMet } of report.claims) {
      expect(linesOf(page)).toContainEqual([what, claim, measured, isMet ? 'yes' : 'no']);
    }
    expect(rows.get('features')).toEqual(['6,007', '2,006', '66.6 %']);
    expect(rows.get('regime')).toEqual(['7,013', '7,013', '0.0 %']);
  });

  it('draws the costs, the funnel, the latencies, the hit rates and the correlations', () => {
    const charts = chartTexts(page);

    expect(charts('Processor time: 4.0 times less')).toEqual(expect.arrayContaining(['8.12 s', '2.03 s']));
    expect(charts('From market message')).toEqual(
      expect.arrayContaining([report.naive.framesSent, report.optimised.framesParsed, 5_021, 1_223, 41].map(whole)),
    );
    const { decideMs, storeDelayMs } = report.trace ?? expect.fail('no trace');
    expect(charts('How long it takes to decide')).toEqual(
      expect.arrayContaining(Object.values(decideMs).map(milliseconds)),
    );
    expect(charts('How long a row waits')).toEqual(
      expect.arrayContaining(Object.values(storeDelayMs).flatMap(({ p50, p99 }) => [p50, p99].map(milliseconds))),
    );
    expect(charts('How often the work')).toEqual(expect.arrayContaining(['features', 'regime', '100 %']));
    expect(charts('Which symbols')).toEqual(expect.arrayContaining(['BTCUSDT', '0.82', '-0.37', '–']));
  });

  it('needs nothing from elsewhere and runs nothing', () => {
    const elements = elementsOf(parse(page));

    expect(elements.map(({ tagName }) => tagName)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(script|link|img|iframe|object|embed|image|use)$/)]),
    );
    const attributes = elements.flatMap(({ attrs }) => attrs.map(({ name }) => name));
    expect(attributes.filter((name) => /^(on|href|src|xlink|style|action)/.test(name))).toEqual([]);
    expect(page).not.toMatch(/https?:|@import|url\(/);
    const policy = elements.flatMap(({ attrs }) => attrs).find(({ name }) => name === 'content');
    expect(policy?.value).toBe(
      `default-src 'none'; style-src 'sha256-${hashOf(styleOf(elements))}'; base-uri 'none'; form-action 'none'`,
    );
  });

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'; </style><svg onload=x>",
    '</title></text></svg><b>',
    '&lt;i&gt;',
    '\u0000\u0007\u202Eevil',
  ])('shows the name %j as text', (name) => {
    const hostile = sampleReport({ symbols: [name, 'B'], name });
    const usual = sampleReport({ symbols: ['A', 'B'], name: 'A' });
    const errors: string[] = [];
    const withHostile = pageOf([withCache(hostile, name)]);

    const parsed = parse(withHostile, { onParseError: ({ code }) => errors.push(code) });

    expect(errors).toEqual([]);
    expect(elementsOf(parsed).map(({ tagName }) => tagName)).toEqual(
      elementsOf(parse(pageOf([withCache(usual, 'A')]))).map(({ tagName }) => tagName),
    );
    expect(textOf(parsed)).toContain(name.replaceAll(/[\p{Cc}\u202E]/gu, '\u{fffd}'));
  });

  it('says when results differ, when there are none, and does without a trace', () => {
    const different = pageOf([{ ...report, rows: { total: 2, equal: 1 }, trace: undefined }]);
    const empty = pageOf([{ ...report, signals: { total: 0, equal: 0 } }]);

    expect(different).toContain('Results differ');
    expect(rowsOf(different).get('rows in the database')).toEqual(['2', '1', 'not proven']);
    expect(empty).toContain('Nothing proven');
    expect(page).toContain('Same results');
  });

  it('says what was saved and changed in mode tolerant, and what was told', () => {
    const tolerant = pageOf([tolerantReport()]);
    const rows = rowsOf(tolerant);

    expect(tolerant).toContain('Nothing lost');
    expect(linesOf(tolerant)).toContainEqual([
      'regime',
      '911',
      '609',
      '33.2 %',
      '0',
      '1,020 of 5,021 signals in another regime (20.3 %)',
    ]);
    expect(rows.get('questions to the language model')).toEqual(['733', '71']);
    expect(linesOf(tolerant)).toContainEqual(['messages to Telegram', '211', '23']);
    expect(rows.get('wait of an alert, half | 99 %')).toEqual(['61.0 | 127.0 s', '9.9 | 29.9 s']);
    expect(rows.get('explanations of trades')).toEqual(['733', '101', '632 differ']);
    expect(rows.get('order books at the end')).toEqual(['9', '9', 'all equal']);
    expect(page).not.toContain('language model');
    expect(page).not.toContain('nearly right');
  });

  it('has a section for each recording', () => {
    const both = pageOf([report, sampleReport({ name: 'session-8' })]);

    const headings = elementsOf(parse(both)).filter(({ tagName }) => tagName === 'h2');

    expect(headings.map(textOf)).toEqual(['session-7', 'session-8']);
  });
});

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function styleOf(elements: readonly Element[]): string {
  return elements
    .filter(({ tagName }) => tagName === 'style')
    .map(textOf)
    .join('');
}

function withCache(original: Report, name: string): Report {
  const calls = { calls: 2, hits: 1 };
  return {
    ...original,
    optimised: { ...original.optimised, cacheHits: { [name]: calls } },
    trace: original.trace && {
      ...original.trace,
      cacheSamples: [
        { at: 0, caches: {} },
        { at: 1_000, caches: { [name]: calls } },
      ],
    },
  };
}

function elementsOf(node: Node): Element[] {
  const own = 'tagName' in node ? [node] : [];
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap(elementsOf)] : own;
}

function textOf(node: Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

/** The rows of all tables. */
function linesOf(text: string): string[][] {
  const rows = elementsOf(parse(text)).filter(({ tagName }) => tagName === 'tr');
  return rows.map((row) =>
    elementsOf(row)
      .filter(({ tagName }) => tagName === 'th' || tagName === 'td')
      .map(textOf),
  );
}

/** The cells of all tables' rows by the name in front. */
function rowsOf(text: string): Map<string, string[]> {
  return new Map(linesOf(text).map(([name = '', ...cells]) => [name, cells]));
}

/** The texts inside of the chart whose caption begins so. */
function chartTexts(text: string): (caption: string) => string[] {
  const figures = elementsOf(parse(text)).filter(({ tagName }) => tagName === 'figure');
  return (caption) => {
    const found = figures.find((figure) => textOf(figure).trim().startsWith(caption));
    if (found === undefined) return [];
    return elementsOf(found)
      .filter(({ tagName }) => tagName === 'text' || tagName === 'tspan')
      .map(textOf);
  };
}
