import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { runtimePackages } from '../tools/manifest.js';
import { folderOf, mayImport, WITHOUT_PACKAGES } from './layers.js';

/** What importing one built file loads. */
interface Loaded {
  /** Built files, shared chunks included. */
  readonly files: Set<string>;
  /** Packages from node_modules. */
  readonly packages: Set<string>;
}

/** Looks at what a sub-path of the build loads, shared chunks and all. */
export function findLoadFaults(entry: string): string[] {
  const loaded: Loaded = { files: new Set(), packages: new Set() };
  follow(join('dist', `${entry}.js`), loaded);
  const folder = entry === 'index' ? '' : (entry.split('/')[0] ?? '');
  const sources = [...loaded.files].flatMap(sourcesOf);
  const strangers = new Set(sources.map(folderOf).filter((other) => other !== '' && !mayImport(folder, other)));
  return [
    ...[...strangers].map((other) => `importing ${entry} loads code of src/${other}`),
    ...[...loaded.packages]
      .filter((name) => !mayLoad(folder, name))
      .map((name) => `importing ${entry} loads the package ${name}`),
  ];
}

/** Follows static imports. Dynamic ones load when they are used, which is how optional peers come in. */
function follow(file: string, loaded: Loaded): void {
  if (loaded.files.has(file)) return;
  loaded.files.add(file);
  for (const specifier of staticImports(file)) {
    if (specifier.startsWith('.')) follow(join(dirname(file), specifier), loaded);
    else if (!isBuiltin(specifier)) loaded.packages.add(specifier);
  }
}

function staticImports(file: string): string[] {
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
    const specifier = isImport ? statement.moduleSpecifier : undefined;
    return specifier !== undefined && ts.isStringLiteral(specifier) ? [specifier.text] : [];
  });
}

/** The source files a built file was made of, from its source map. */
function sourcesOf(file: string): string[] {
  // The bundler wrote the map next to the file.
  const { sources } = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] };
  return sources.filter((source) => !source.includes('node_modules/'));
}

function mayLoad(folder: string, name: string): boolean {
  return !WITHOUT_PACKAGES.has(folder) && runtimePackages().includes(name);
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}
