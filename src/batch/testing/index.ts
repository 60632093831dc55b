export type { SinkBench, SinkCase } from './sink-case.js';
export { sinkContract } from './sink-contract.js';
