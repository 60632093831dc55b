export type { MakeSource, SourceBench, SourceCase } from './testing/source-case.js';
export { sourceContract } from './testing/source-contract.js';
