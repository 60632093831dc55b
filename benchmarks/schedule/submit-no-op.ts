import { submitBenchmark } from './support/submit.js';

export default submitBenchmark(1);
