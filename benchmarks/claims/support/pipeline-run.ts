import { recordingAt, recordingFolder } from './data-folder.js';
import { runProgram } from './run-program.js';

/** What is read of the reference pipeline's report about one of its versions. */
interface Version {
  readonly connections: number;
  readonly subscribeRequests: number;
  readonly restRequests: number;
  readonly framesParsed: number;
  readonly signals: number;
  readonly decisions: number;
  readonly statements: number;
  readonly cpuMs: number;
  readonly cpuTradingMs: number;
  readonly peakRssBytes: number;
  readonly durationMs: number;
  /** How often each cache was asked, and had the answer. */
  readonly cacheHits: Readonly<Partial<Record<string, { readonly calls: number; readonly hits: number }>>>;
  /** How often each function ran. */
  readonly work: {
    readonly features: number;
    readonly predictions: number;
    readonly regime: number;
    readonly decisions: number;
  };
}

/** How many records of both versions are the same. */
interface Comparison {
  readonly total: number;
  readonly equal: number;
}

/** What is read about one version's explanations and alerts. */
interface Services {
  readonly trades: number;
  readonly questions: number;
  readonly dollars: number;
  readonly alerts: number;
  readonly messages: number;
  readonly lost: number;
  readonly doubled: number;
  readonly riskDelayMs: { readonly p50: number; readonly p99: number };
}

/** What is read of the pipeline's report. */
export interface PipelineReport {
  readonly input: { readonly symbols: readonly string[]; readonly models: readonly string[]; readonly seconds: number };
  readonly naive: Version;
  readonly optimised: Version;
  readonly signals: Comparison;
  readonly services: { readonly naive: Services; readonly optimised: Services };
  /** In mode tolerant. */
  readonly differences?: readonly {
    readonly cache: string;
    readonly what: string;
    readonly total: number;
    readonly different: number;
  }[];
}

const RECORDING = 'binance-usdm-btc-eth-2024-08-08';
const isRecorded = recordingAt(`ws/${RECORDING}.ndjson.gz`) !== undefined;

/** What the pipeline replays, for the text of a claim. */
export const PIPELINE_INPUT = isRecorded
  ? 'The reference pipeline on 150 s of recorded BTC and ETH futures of Binance, 66,441 frames, 3 models a symbol, a bar every 100 ms, with explanations and alerts'
  : 'The reference pipeline on 150 s of its synthetic market (no recordings in TICKWISE_DATA), 3 models a symbol, a bar every 100 ms, with explanations and alerts';

const runs = new Map<string, Promise<PipelineReport>>();

/** Runs both versions once per mode; claims that ask again share the run. */
export function pipelineRun(mode: 'exact' | 'tolerant'): Promise<PipelineReport> {
  const known = runs.get(mode);
  if (known !== undefined) return known;
  const folder = recordingFolder() ?? '';
  const input = isRecorded ? ['--data', folder, '--recording', RECORDING] : ['--seconds', '150'];
  const args = ['--json', '--services', '--mode', mode, '--bar', '100', ...input];
  // The report of the checkout's own pipeline.
  const run = runProgram('demo', args) as Promise<PipelineReport>;
  runs.set(mode, run);
  return run;
}
