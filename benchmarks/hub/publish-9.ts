import { fanOut } from './support/fan-out.js';

export default { ...fanOut(9), headline: true };
