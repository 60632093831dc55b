import { policyBenchmark } from './support/traces-policies.js';

export default policyBenchmark('used again soon');
