import { policyBenchmark } from './support/traces-policies.js';

export default policyBenchmark('Zipf 0.9 and scans');
