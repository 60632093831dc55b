import ts from 'typescript';
import { codeLines, lineOf, parse, walk } from './syntax.js';

/** How one source file reads, in numbers. */
export interface SourceMetrics {
  readonly path: string;
  readonly lines: number;
  /** Lines that are neither blank nor comment. */
  readonly code: number;
  readonly functions: readonly { readonly line: number; readonly lines: number }[];
  /** Exports, and the public members of exported classes and interfaces. */
  readonly exported: readonly { readonly line: number; readonly name: string; readonly isDocumented: boolean }[];
  /** Lines with the type `any`. */
  readonly anys: readonly number[];
}

/** Measures a TypeScript file. */
export function measureSource(path: string): SourceMetrics {
  const file = parse(path);
  const functions: { line: number; lines: number }[] = [];
  const exported: { line: number; name: string; isDocumented: boolean }[] = [];
  const anys: number[] = [];
  walk(file, (node) => {
    const line = lineOf(file, node.getStart(file));
    if (node.kind === ts.SyntaxKind.AnyKeyword) anys.push(line);
    if (isFunctionWithBody(node)) functions.push({ line, lines: lineOf(file, node.getEnd()) - line + 1 });
    if (isExported(node) && !isOverload(node)) exported.push(...documentable(node, file));
  });
  return { path, lines: file.text.split('\n').length, code: codeLines(path), functions, exported, anys };
}

function documentable(node: ts.Node, file: ts.SourceFile): { line: number; name: string; isDocumented: boolean }[] {
  const members = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ? [...node.members] : [];
  return [node, ...members.filter((member) => isPublic(member) && !isOverloadBody(member, members))].map((entry) => ({
    line: lineOf(file, entry.getStart(file)),
    name: nameOf(entry, file),
    isDocumented: ts.getJSDocCommentsAndTags(entry).length > 0,
  }));
}

function isFunctionWithBody(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

function isExported(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(isExportKeyword);
}

function isExportKeyword({ kind }: ts.Modifier): boolean {
  return kind === ts.SyntaxKind.ExportKeyword;
}

/** Named and not hidden. Constructors have no name: the class comment speaks for them. */
function isPublic(member: ts.ClassElement | ts.TypeElement): boolean {
  const isHidden = ts.canHaveModifiers(member) && (ts.getModifiers(member) ?? []).some(isHiding);
  return !isHidden && member.name !== undefined && !ts.isPrivateIdentifier(member.name);
}

function isHiding({ kind }: ts.Modifier): boolean {
  return kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword;
}

/** A signature of a function that follows another one, which carries the comment. */
function isOverload(node: ts.Node): boolean {
  if (!ts.isFunctionDeclaration(node) || !ts.isSourceFile(node.parent)) return false;
  const { statements } = node.parent;
  const before = statements[statements.indexOf(node) - 1];
  return before !== undefined && ts.isFunctionDeclaration(before) && before.name?.text === node.name?.text;
}

/** The body below overload signatures, which carry the comments. */
function isOverloadBody(member: ts.Node, members: readonly ts.Node[]): boolean {
  if (!ts.isMethodDeclaration(member) || member.body === undefined) return false;
  const name = member.name.getText();
  return members.some((other) => ts.isMethodDeclaration(other) && other !== member && other.name.getText() === name);
}

function nameOf(node: ts.Node, file: ts.SourceFile): string {
  const named = ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node;
  const name = named === undefined ? undefined : ts.getNameOfDeclaration(named as ts.Declaration); // undefined for nodes without a name
  return name?.getText(file) ?? ts.SyntaxKind[node.kind];
}
