import { policyBenchmark } from './support/traces-policies.js';

export default policyBenchmark('loop over 1 000 keys');
