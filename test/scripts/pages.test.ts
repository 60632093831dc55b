import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gates } from '../../scripts/gates/index.js';
import { LAYERS, SIDEWAYS } from '../../scripts/graph/layers.js';
import { countersOf, findUnknownCounters, readCounters } from '../../scripts/readme/counters.js';
import { findBrokenLinks } from '../../scripts/readme/links.js';
import { anchorsOf, headingsOf, isPrimitivePage, PRIMITIVE_HEADINGS, readPages } from '../../scripts/readme/pages.js';
import { isShipped } from '../../scripts/tools/manifest.js';

const page = (...lines: string[]): string => lines.join('\n');

describe('findBrokenLinks', () => {
  const pages = [
    {
      path: 'README.md',
      text: '# a\n\n[good](src/ring/README.md#the-fix) [bad](src/ring/README.md#no) [gone](gone.md)',
    },
    { path: 'src/ring/README.md', text: '# ring\n\n## The fix\n\n[up](../../README.md) [web](https://example.org/#x)' },
  ];

  it('finds links to headings and files that are not there', () => {
    const paths = new Set(pages.map(({ path }) => path));

    expect(findBrokenLinks(pages, (path) => paths.has(path))).toEqual([
      'README.md links to src/ring/README.md#no, but src/ring/README.md has no such heading',
      'README.md links to gone.md, which is not in the package',
    ]);
  });

  it('takes no program for a text with links', () => {
    const text = page('# a', '```ts', 'call(rows)[0](nothing.md)', '```');

    expect(findBrokenLinks([{ path: 'README.md', text }], () => false)).toEqual([]);
  });
});

describe('anchorsOf', () => {
  it('names headings as GitHub does', () => {
    expect([...anchorsOf('## A source of your own, and its contract\n')]).toEqual([
      'a-source-of-your-own-and-its-contract',
    ]);
  });
});

describe('findUnknownCounters', () => {
  const counters = new Map([
    ['HubStats', new Set(['dropped', 'pending'])],
    ['Other', new Set(['else'])],
  ]);
  const section = (row: string): string =>
    page('## hub', '', 'Read: `hub.stats()` (`HubStats`).', '', '| symptom | counter | cause |', '|---|---|---|', row);

  it('accepts a member of a type that the section names', () => {
    expect(findUnknownCounters(section('| late | `pending` grows, `dropped` | slow |'), counters)).toEqual([]);
  });

  it('refuses a member of another type', () => {
    expect(findUnknownCounters(section('| late | `else` | slow |'), counters)).toEqual(['hub: no HubStats has else']);
  });

  it('reads the second column only', () => {
    expect(countersOf(section('| `a` | `b`, `c.d` | `e` | `f` |'))).toEqual(['b', 'c.d']);
  });
});

describe('the pages', () => {
  const pages = readPages();

  it('link to what the package has', () => {
    expect(findBrokenLinks(pages, isShipped)).toEqual([]);
  });

  it('are all that lie at the root, and all that the package has', () => {
    const atRoot = readdirSync('.').filter((name) => name.endsWith('.md'));

    const paths = pages.map(({ path }) => path);

    expect(paths.filter((path) => !path.includes('/')).toSorted()).toEqual(atRoot.toSorted());
    expect(paths.filter((path) => !isShipped(path))).toEqual([]);
  });

  it('are one per folder of src that users import', () => {
    const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const wanted = folders.map(({ name }) => `src/${name}/README.md`).filter((path) => path !== 'src/cli/README.md');

    const paths = pages.filter((candidate) => isPrimitivePage(candidate)).map(({ path }) => path);

    expect(paths.toSorted()).toEqual(wanted.toSorted());
  });

  it.each(pages.filter((candidate) => isPrimitivePage(candidate)))('answer the same questions: $path', ({ text }) => {
    expect(headingsOf(text, 2).slice(0, PRIMITIVE_HEADINGS.length)).toEqual(PRIMITIVE_HEADINGS);
  });

  it('are all reached from the README', () => {
    const readme = readFileSync('README.md', 'utf8');

    const unreached = pages.filter(({ path }) => path !== 'README.md' && !readme.includes(`](${path}`));

    expect(unreached.map(({ path }) => path)).toEqual([]);
  });
});

describe('what the pages tell people to run', () => {
  const texts = readPages().filter(({ path }) => path !== 'CHANGELOG.md');
  const named = (expression: RegExp): string[] =>
    texts.flatMap(({ text }) => [...text.matchAll(expression)].map(([, name = '']) => name));

  it('are benchmarks that there are', () => {
    const folders = new Set(readdirSync('benchmarks').filter((name) => existsSync(`src/${name}`)));
    const benchmarks = named(/`(?:npm run bench -- )?([a-z]+\/[a-z\d-]+)`/g).filter((name) =>
      folders.has(name.split('/', 1)[0] ?? ''),
    );

    expect(benchmarks.length).toBeGreaterThan(20);
    expect(benchmarks.filter((name) => !existsSync(`benchmarks/${name}.ts`))).toEqual([]);
  });

  it('are examples that there are', () => {
    const examples = named(/npm run example -- ([a-z][a-z-]*)/g);

    expect(examples.length).toBeGreaterThan(5);
    expect(examples.filter((name) => !existsSync(`examples/${name}.ts`))).toEqual([]);
  });

  it('are tests and soaks that there are', () => {
    const tests = named(/\b(test\/[\w/-]+\.(?:test|soak)\.ts)/g);

    expect(tests.length).toBeGreaterThan(2);
    expect(tests.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('TROUBLESHOOTING.md', () => {
  const troubleshooting = readFileSync('TROUBLESHOOTING.md', 'utf8');

  it('names counters that there are', () => {
    expect(findUnknownCounters(troubleshooting, readCounters())).toEqual([]);
  });

  it('has a counter in every row', () => {
    const rows = troubleshooting.split('\n').filter((line) => /^\| (?!symptom)/.test(line));

    expect(rows.filter((row) => countersOf(row).length === 0)).toEqual([]);
  });
});

describe('src/README.md', () => {
  const architecture = readFileSync('src/README.md', 'utf8');

  it('shows the layers that the graph gate knows, the lowest at the bottom', () => {
    const [, drawing = ''] = /```text\n([^`]*)```/.exec(architecture) ?? [];
    const shown = drawing
      .trim()
      .split('\n')
      .map((line) => line.split(' '));

    expect(shown.toReversed()).toEqual(LAYERS);
  });

  it('names the arrows within a layer', () => {
    const named = [...architecture.matchAll(/^- `(\w+)` may import `(\w+)`/gm)].map(([, from, to]) => [from, [to]]);

    expect(named).toEqual([...SIDEWAYS]);
  });
});

describe('CONTRIBUTING.md', () => {
  it('names every gate and no other', () => {
    const [, section = ''] = readFileSync('CONTRIBUTING.md', 'utf8').split('\n## Gates\n');
    const rows = section.split('\n## ')[0]?.match(/^\| `.*? \|/gm) ?? [];

    const named = rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name));

    expect(new Set(named)).toEqual(new Set(gates.map(({ name }) => name)));
  });
});
