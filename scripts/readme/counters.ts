import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { filesBelow } from '../tools/files.js';

/** Members of every interface in `src` by its name, inherited ones included. */
export type Counters = ReadonlyMap<string, ReadonlySet<string>>;

interface Declared {
  readonly members: readonly string[];
  /** Names in its `extends`, those within `Readonly<…>` and the like too. */
  readonly bases: readonly string[];
}

/** Reads which counters there are. */
export function readCounters(): Counters {
  const declared = new Map(
    filesBelow('src')
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => interfacesOf(path)),
  );
  return new Map([...declared.keys()].map((name) => [name, new Set(membersOf(name, declared))]));
}

/**
 * Names in the second column of the page's tables that none of the types named above the table has.
 *
 * A section says first what it reads: a line that begins with "Read:", with the types in code marks. A path such as
 * `journal.torn` is checked part by part.
 */
export function findUnknownCounters(page: string, counters: Counters): string[] {
  return page.split(/^## /m).flatMap((section) => {
    const types = codesOf(/^Read: .*$/m.exec(section)?.[0] ?? '').filter((code) => counters.has(code));
    const known = new Set(types.flatMap((type) => [...(counters.get(type) ?? [])]));
    const title = section.split('\n', 1)[0] ?? '';
    return countersOf(section)
      .filter((counter) => !counter.split('.').every((part) => known.has(part)))
      .map((counter) => `${title}: no ${types.join(' or ') || 'type named'} has ${counter}`);
  });
}

/** Names in the second column of a section's table. */
export function countersOf(section: string): string[] {
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| *symptom/.test(line));
  return rows.flatMap((row) => codesOf(row.split(' | ')[1] ?? ''));
}

function codesOf(text: string): string[] {
  return [...text.matchAll(/`([A-Za-z\d.]+)`/g)].map(([, code = '']) => code);
}

function interfacesOf(path: string): [string, Declared][] {
  const text = readFileSync(path, 'utf8');
  if (!text.includes('interface ')) return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  return file.statements
    .filter((statement) => ts.isInterfaceDeclaration(statement))
    .map(({ name, members, heritageClauses = [] }) => [
      name.text,
      {
        members: members.flatMap((member) => (member.name === undefined ? [] : [member.name.getText(file)])),
        bases: heritageClauses.flatMap((clause) => [...clause.getText(file).matchAll(/\w+/g)].map(([word]) => word)),
      },
    ]);
}

function membersOf(name: string, declared: ReadonlyMap<string, Declared>): string[] {
  const { members = [], bases = [] } = declared.get(name) ?? {};
  return [...members, ...bases.filter((base) => base !== name).flatMap((base) => membersOf(base, declared))];
}
