import { chooseInputs } from './demo/choose-inputs.js';
import { INTERRUPTED, listenToInterrupts } from './demo/interrupts.js';
import { type DemoOptions, readCommandLine } from './demo/options.js';
import { replay } from './demo/replay.js';
import { watch } from './demo/watch.js';
import { checkReportPath, writeReport } from './report/page/report-file.js';
import { renderJson } from './report/json.js';
import { isProven, type Report } from './report/report.js';
import { renderReport } from './report/table.js';

const STOPPED_AT_ONCE = 'Stopped at once. Rows that a bot had not written yet are lost.';

const options = readCommandLine(process.argv.slice(2), process.env);
const stop = listenToInterrupts();
process.exitCode = await run(options).catch(explain);

/** Replays everything that was asked for and says whether both versions gave the same. */
async function run(demo: DemoOptions): Promise<number> {
  const reports: Report[] = [];
  if (demo.report !== undefined) await checkReportPath(demo.report);
  for await (const input of chooseInputs(demo)) {
    if (demo.dashboard !== undefined) {
      await watch(input, demo.dashboard, demo, stop);
      return stop.asked.aborted ? INTERRUPTED : 0;
    }
    if (input.recording.malformed > 0) warnOfMalformed(input.recording);
    const report = await replay(input, demo, stop);
    if (report === undefined || stop.asked.aborted) {
      console.error(stop.insisted.aborted ? STOPPED_AT_ONCE : 'Stopped. Rows written so far are stored.');
      return INTERRUPTED;
    }
    reports.push(report);
    if (!demo.json) console.log(renderReport(report));
  }
  if (demo.json) console.log(renderJson(reports));
  if (demo.report !== undefined) await writePage(demo.report, reports);
  return reports.every(isProven) ? 0 : 1;
}

/** The charts are loaded only when they are asked for: they take longer to load than the rest. */
async function writePage(path: string, reports: readonly Report[]): Promise<void> {
  const { pageOf } = await import('./report/page/page.js');
  await writeReport(path, pageOf(reports));
  console.error(`The report is in ${path}`);
}

function warnOfMalformed({
  name,
  malformed,
  malformedLines,
}: {
  name: string;
  malformed: number;
  malformedLines: readonly { line: number; reason: string }[];
}): void {
  const [first] = malformedLines;
  const example = first === undefined ? '' : `, the first is line ${first.line}: ${first.reason}`;
  console.error(`${name}: ${malformed} malformed lines left out${example}`);
}

/** One sentence for the user; the stack only on demand. */
function explain(error: unknown): number {
  const isVerbose = process.env['TICKWISE_DEBUG'] !== undefined;
  console.error(isVerbose ? error : error instanceof Error ? error.message : String(error));
  return 1;
}
