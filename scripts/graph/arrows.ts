import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { filesBelow } from '../tools/files.js';
import { folderOf, mayImport } from './layers.js';

/** Imports in `src` against the arrows, type imports included. */
export function findArrowFaults(): string[] {
  return filesBelow('src').flatMap((path) =>
    relativeImports(path)
      .filter((target) => !mayImport(folderOf(path), folderOf(target)))
      .map((target) => `${path} imports ${target}: ${folderOf(path)} may not stand on ${folderOf(target)}`),
  );
}

function relativeImports(path: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'));
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => join(dirname(path), fileName));
}
