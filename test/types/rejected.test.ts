import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** Each file here holds one mistake, and a comment with the words the compiler finds for it. */
const FOLDER = 'test/types/errors';

const names = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
const messages = compile(names.map((name) => join(FOLDER, name)));

describe('the compiler', () => {
  it.each(names)('rejects %s with the words the file expects', (name) => {
    const expected = /^\/\/ expect: (.+)$/m.exec(readFileSync(join(FOLDER, name), 'utf8'))?.[1];

    const found = messages.get(name);

    expect(found).toHaveLength(1);
    expect(found?.[0]).toContain(expected);
  });
});

function compile(files: string[]): Map<string, string[]> {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent({ ...config, files, include: [] }, ts.sys, resolve('.'));
  const found = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const { file, messageText } of ts.getPreEmitDiagnostics(ts.createProgram(files, options))) {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    found.get(file?.fileName.split('/').at(-1) ?? '')?.push(text);
  }
  return found;
}
