export { findRecordings, type RecordingFile, resolveRecording } from './find-recordings.js';
export { openRecording } from './open-recording.js';
export type {
  Frame,
  MalformedLine,
  Market,
  Recording,
  RecordingInfo,
  RestSnapshot,
  StreamKind,
  SymbolTopics,
  Topic,
  Venue,
} from './recording.js';
export { infoOf, topicsOf } from './topics-of.js';
