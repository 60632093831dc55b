import { runExample } from './tools/example-run.js';

process.exitCode = await runExample('trading-pipeline/main', process.argv.slice(2));
