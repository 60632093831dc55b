import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Parses a file without types. */
export function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** Calls `visit` for a node and everything below it, doc comments left out. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** Line of a position, from 1. */
export function lineOf(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}

/** Lines of a file that hold code: blank lines and comments do not count. */
export function codeLines(path: string): number {
  const file = parse(path);
  const lines = new Set<number>();
  const mark = (node: ts.Node): void => {
    const children = node.getChildren(file);
    for (const child of children) if (!ts.isJSDoc(child)) mark(child);
    if (children.length > 0 || node.getWidth(file) === 0) return;
    const last = lineOf(file, node.getEnd());
    for (let line = lineOf(file, node.getStart(file)); line <= last; line++) lines.add(line);
  };
  mark(file);
  return lines.size;
}
