import { readFileSync } from 'node:fs';
import { filesBelow } from '../tools/files.js';

/** Pages at the root of the repository; each folder of `src` has one of its own besides. */
const ROOT_PAGES = ['README.md', 'TROUBLESHOOTING.md', 'CONTRIBUTING.md', 'FORMATS.md', 'CHANGELOG.md'];

/** What a page about a primitive answers, in this order. What else there is comes behind. */
export const PRIMITIVE_HEADINGS = [
  'The problem',
  'The fix',
  'Guarantees',
  'Costs',
  'Options worth knowing',
  'When not to use it',
];

/** A page of the documentation. */
export interface Page {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Reads every page of the documentation. */
export function readPages(): Page[] {
  const inSource = filesBelow('src').filter((path) => path.endsWith('/README.md'));
  return [...ROOT_PAGES, ...inSource].map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** The page of a primitive: `src/<folder>/README.md`. */
export function isPrimitivePage({ path }: Page): boolean {
  return /^src\/[^/]+\/README\.md$/.test(path);
}

/** Headings of a level, in order. Lines within fences are none. */
export function headingsOf(text: string, level: number): string[] {
  return headings(text)
    .filter(({ depth }) => depth === level)
    .map(({ title }) => title);
}

/** Names that links can end in: one per heading, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = headings(text).map(({ title }) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(anchors);
}

function headings(text: string): { depth: number; title: string }[] {
  return [...withoutFences(text).matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks = '', title = '']) => ({
    depth: marks.length,
    title: title.trim(),
  }));
}

/** The page without its programs and their output. */
export function withoutFences(text: string): string {
  return text.replaceAll(/^(`{3,})[^`\n]*\n[\s\S]*?^\1`*[ \t]*$/gm, '');
}
