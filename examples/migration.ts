/**
 * One bot on its way from the usual way to tickwise, in steps that are each one commit: what each step saves, and that
 * the signals stay the same. `examples/migration/README.md` shows the change of each step.
 *
 * Run: npm run example -- migration [--step 3] [--seconds 60] [--models 3]
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serveAsBot } from './migration/bot-process.js';
import { replayStep, type StepReport } from './migration/replay-step.js';
import { differences, table } from './migration/report.js';
import { STEPS } from './migration/steps.js';
import { synthesiseRecording } from './trading-pipeline/synthetic/index.js';

const asBot = process.env['TICKWISE_MIGRATION_STEP'];
if (asBot === undefined) process.exitCode = await main();
else serveAsBot(Number(asBot));

/** Runs the usual way, and one step or all. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      step: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      models: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    },
  });
  const last = STEPS.length - 1;
  const wanted = values.step === undefined ? STEPS.map((_, step) => step) : [0, Number(values.step)];
  if (wanted.some((step) => STEPS[step] === undefined)) {
    console.error(`--step takes a number from 0 to ${last}`);
    return 2;
  }
  const recording = synthesiseRecording({ duration: Number(values.seconds) * 1_000 });
  const reports: StepReport[] = [];
  for (const step of new Set(wanted)) {
    reports.push(
      await replayStep(step, { recording, models: values.models, bar: 100 }, fileURLToPath(import.meta.url)),
    );
  }
  const different = reports.flatMap((report) => differences(report.step, reports[0] ?? report, report));
  console.log(values.json ? JSON.stringify(reports) : table(reports));
  console.log(different.length === 0 ? 'Signals and decisions are the same at every step.' : different.join('\n'));
  return different.length === 0 ? 0 : 1;
}
