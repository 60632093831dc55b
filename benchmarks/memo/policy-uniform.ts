import { policyBenchmark } from './support/traces-policies.js';

export default policyBenchmark('uniform');
