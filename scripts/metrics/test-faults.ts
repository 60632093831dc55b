import ts from 'typescript';
import { lineOf, parse, walk } from './syntax.js';

const RUNNERS = new Set(['it', 'test']);
/** Ways to wait on the machine's clock. `clock.setTimeout` is a member of something and allowed. */
const SLEEPS = new Set(['setTimeout', 'setInterval', 'AbortSignal.timeout']);
const SLEEPING_MODULE = /^(node:)?timers(\/promises)?$/;

/** What a test file does that the style page forbids: "should" titles, lone tests, sleeping. */
export function findTestFaults(path: string): string[] {
  const file = parse(path);
  const faults: string[] = [];
  walk(file, (node) => {
    const fault = faultOf(node);
    if (fault !== undefined) faults.push(`${path}:${lineOf(file, node.getStart(file))} ${fault}`);
  });
  return faults;
}

function faultOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node)) return importFault(node);
  if (!ts.isCallExpression(node)) return undefined;
  const callee = node.expression.getText();
  if (SLEEPS.has(callee.replace(/^globalThis\./, ''))) return `waits on the machine's clock: ${callee}()`;
  if (callee === 'Atomics.wait') return 'blocks the thread: Atomics.wait()';
  const [runner = ''] = callee.split('(');
  return RUNNERS.has(runner.split('.')[0] ?? '') ? titleFault(node, runner) : undefined;
}

function importFault({ moduleSpecifier }: ts.ImportDeclaration): string | undefined {
  const name = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
  return SLEEPING_MODULE.test(name) ? `imports ${name}: tests take a VirtualClock` : undefined;
}

function titleFault({ arguments: [title] }: ts.CallExpression, runner: string): string | undefined {
  if (/\.(only|todo)\b/.test(runner)) return `is left as ${runner}`;
  if (title === undefined || !ts.isStringLiteralLike(title)) return undefined;
  return /^should\b/i.test(title.text) ? `title starts with "should": ${title.text}` : undefined;
}
