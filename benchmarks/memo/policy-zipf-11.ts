import { policyBenchmark } from './support/traces-policies.js';

export default policyBenchmark('Zipf 1.1');
