/** A program in a Markdown page, with what the page says it prints. */
export interface CodeBlock {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly code: string;
  /** The `text` block right behind it. Without one the program only has to run. */
  readonly output: string | undefined;
  /** False for blocks marked `no-run`, which are only compiled: they need a server or never end. */
  readonly isRun: boolean;
}

interface Fence {
  readonly line: number;
  readonly info: string;
  readonly text: string;
  /** True when only blank lines lie between it and the fence before. */
  readonly isNext: boolean;
}

/** Finds every `ts` block of a Markdown page. */
export function findBlocks(markdown: string): CodeBlock[] {
  const fences = findFences(markdown);
  return fences.flatMap(({ line, info, text }, index) => {
    const [language, ...flags] = info.split(/\s+/);
    if (language !== 'ts') return [];
    const next = fences[index + 1];
    const output = next?.info === 'text' && next.isNext ? next.text : undefined;
    return [{ line, code: text, output, isRun: !flags.includes('no-run') }];
  });
}

function findFences(markdown: string): Fence[] {
  const found: Fence[] = [];
  let end = 0;
  // A fence of a longer run of backticks may hold shorter ones; the back reference keeps them apart.
  for (const match of markdown.matchAll(/^(`{3,})([^`\n]*)\n([\s\S]*?)^\1`*[ \t]*$/gm)) {
    const [all, , info = '', text = ''] = match;
    const isNext = markdown.slice(end, match.index).trim() === '';
    const line = markdown.slice(0, match.index).split('\n').length;
    found.push({ line, info: info.trim(), text, isNext });
    end = match.index + all.length;
  }
  return found;
}
