import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel as LogLevel,
  type ExtractorMessage,
} from '@microsoft/api-extractor';
import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { changedAt, filesBelow } from '../tools/files.js';
import { subPaths } from '../tools/manifest.js';

const REPORTS = 'test/gates/api';
const FRESH = 'build/api';

/** The public types of each sub-path are those of the report in the repository. */
export const api: Gate = {
  name: 'api',
  claim: 'the API reports in test/gates/api equal the build (--update rewrites them)',
  needs: ['build'],
  async run({ isUpdate }) {
    const entries = subPaths().map(({ entry }) => entry);
    const [first, ...others] = entries.map(configure);
    if (first === undefined) throw new Error('package.json exports nothing');
    // One program for all entries: 0.2 s for each instead of 1.7.
    const compilerState = CompilerState.create(first, {
      additionalEntryPoints: others.map((config) => config.mainEntryPointFilePath),
    });
    const configs = [first, ...others];
    const found = configs.map((config) => extract(config, compilerState, isUpdate));
    const mentioned = new Set(found.flatMap((extraction) => [...extraction.mentioned]));
    const reports = configs.map((config) => config.reportTempFilePath);
    const problems = [
      ...found.flatMap((extraction) => extraction.problems),
      ...forgotten(reports, mentioned),
      ...orphans(entries),
    ];
    return verdict(`${entries.length} reports`, problems);
  },
};

/** `sinks/duckdb` → `sinks-duckdb.api.md`: reports lie in one folder. */
function reportName(entry: string): string {
  return `${entry.replaceAll('/', '-')}.api.md`;
}

function configure(entry: string): ExtractorConfig {
  const project = resolve('.');
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(project, 'package.json'),
    configObjectFullPath: join(project, 'package.json'),
    configObject: {
      projectFolder: project,
      mainEntryPointFilePath: join(project, 'dist', `${entry}.d.ts`),
      compiler: { tsconfigFilePath: join(project, 'tsconfig.json'), skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFileName: reportName(entry),
        reportFolder: join(project, REPORTS),
        reportTempFolder: join(project, FRESH),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        extractorMessageReporting: { 'ae-forgotten-export': { logLevel: LogLevel.Warning, addToApiReportFile: false } },
      },
    },
  });
}

interface Extraction {
  readonly problems: string[];
  /** Types that a public signature mentions and the entry does not export. */
  readonly mentioned: Set<string>;
}

function extract(config: ExtractorConfig, compilerState: CompilerState, isUpdate: boolean): Extraction {
  const problems: string[] = [];
  const mentioned = new Set<string>();
  const isNew = changedAt(config.reportFilePath) === -Infinity;
  const { apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: isUpdate,
    messageCallback(message: ExtractorMessage) {
      message.handled = true;
      if (message.messageId === 'ae-forgotten-export') mentioned.add(symbolOf(message.text));
      else if (message.logLevel === LogLevel.Error) problems.push(message.formatMessageWithLocation(resolve('.')));
    },
  });
  if ((apiReportChanged || isNew) && !isUpdate) problems.push(changed(config));
  return { problems, mentioned };
}

/** The name in `The symbol "Clock" needs to be exported by the entry point ring.d.ts`. */
function symbolOf(text: string): string {
  return /"([^"]+)"/.exec(text)?.[1] ?? text;
}

/** Reports of sub-paths that are gone. */
function orphans(entries: readonly string[]): string[] {
  const known = new Set(entries.map((entry) => join(REPORTS, reportName(entry))));
  return filesBelow(REPORTS).flatMap((path) => (known.has(path) ? [] : [`${path} is the report of no sub-path`]));
}

/** A type may be exported by another sub-path; one that none exports cannot be named by users. */
function forgotten(reports: readonly string[], mentioned: ReadonlySet<string>): string[] {
  const exported = new Set(reports.flatMap((path) => exportedNames(readFileSync(path, 'utf8'))));
  return [...mentioned]
    .filter((name) => !exported.has(name))
    .map((name) => `a public signature mentions ${name}, which no sub-path exports`);
}

function exportedNames(report: string): string[] {
  const declared = /^export (?:declare |abstract )*(?:class|const|function|interface|type|enum) (\w+)/gm;
  return [...report.matchAll(declared)].flatMap(([, name]) => name ?? []);
}

function changed({ reportFilePath, reportTempFilePath }: ExtractorConfig): string {
  return [
    `${reportFilePath} is not what the build exports.`,
    `  see:  diff ${reportFilePath} ${reportTempFilePath}`,
    '  mean it? npm run check -- api --update, and a changelog line for users',
  ].join('\n');
}
