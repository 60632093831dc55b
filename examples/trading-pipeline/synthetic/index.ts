export type { SyntheticOptions } from './options.js';
export { synthesise, synthesiseRecording, writeSynthetic } from './synthesise.js';
export { synthesiseSession } from './synthesise-session.js';
