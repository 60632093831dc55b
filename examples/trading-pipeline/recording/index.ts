export { type BarsOptions, openBars } from './bars-session.js';
export { findRecordings, resolveRecording } from './find-recordings.js';
export { openRecording } from './open-recording.js';
export type {
  Frame,
  Market,
  Playable,
  Recording,
  RecordingInfo,
  RestSnapshot,
  SymbolTopics,
  Topic,
  Venue,
} from './recording.js';
export { infoOf, topicsOf } from './topics-of.js';
