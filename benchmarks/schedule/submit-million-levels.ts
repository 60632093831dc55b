import { submitBenchmark } from './support/submit.js';

export default submitBenchmark(1_000_000);
