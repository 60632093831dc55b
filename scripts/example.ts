import { existsSync } from 'node:fs';
import { filesBelow } from './tools/files.js';
import { runExample } from './tools/example-run.js';

const [name, ...args] = process.argv.slice(2);
const known = filesBelow('examples').filter((path) => /^examples\/[a-z-]+\.ts$/.test(path));

if (name !== undefined && existsSync(`examples/${name}.ts`)) {
  process.exitCode = await runExample(name, args);
} else {
  console.error(`usage: npm run example -- <name>; there are ${known.map((path) => path.slice(9, -3)).join(', ')}`);
  process.exitCode = 2;
}
