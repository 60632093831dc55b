import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Writes `LICENCES.txt` beside a bundle: the licence of every package that is copied into it, as they all ask for. */
export function licences(): Plugin {
  return {
    name: 'licences',
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile, errors }) => {
        const folder = build.initialOptions.outdir;
        if (errors.length > 0 || metafile === undefined || folder === undefined) return;
        const packages = new Set(Object.keys(metafile.inputs).flatMap(packageOf));
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'LICENCES.txt'), [...packages].toSorted().map(noticeOf).join('\n'));
      });
    },
  };
}

/** The folder of the package that a file belongs to; none for our own files. */
function packageOf(path: string): string[] {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
  return found?.[1] === undefined ? [] : [found[1]];
}

/** The part of a package.json that says whose it is. */
interface Origin {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** @throws Error when a package names no licence: it must not be passed on then. */
function noticeOf(folder: string): string {
  const origin = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Origin; // npm's own fields
  const { name, version, license, author } = origin;
  if (license === undefined) throw new Error(`${folder} names no licence`);
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const owner = typeof author === 'object' ? author.name : (author ?? `the authors of ${name}`);
  const text = file === undefined ? `Copyright (c) ${owner}` : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}
