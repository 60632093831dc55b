// Bundles the bot into one file: node examples/deployment/bundle.mjs <target>. Needs the library to be built.
import { build } from 'esbuild';

await build({
  entryPoints: ['examples/deployment/bot.ts'],
  outfile: process.argv[2],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Our own settings map `tickwise/…` to the sources; the bot uses the package as others do.
  tsconfigRaw: { compilerOptions: { target: 'ES2022' } },
  // The library's chunks name each other also where nothing is used of them.
  logOverride: { 'ignored-bare-import': 'silent' },
  // Packages that are not ES modules ask for Node's own by `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
});
