import { policyBenchmark } from './support/traces-policies.js';

export default policyBenchmark('loop, then bursts, then Zipf');
