import { build } from 'esbuild';

/** Bundles a program that runs in a browser into one text with all it needs. */
export async function bundlePage(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'eof',
  });
  return outputFiles.map(({ text }) => text).join('');
}
