export { findRecordings, resolveRecording } from './find-recordings.js';
export { openRecording } from './open-recording.js';
export type { Frame, Market, Recording, RecordingInfo, SymbolTopics, Topic, Venue } from './recording.js';
export { infoOf, topicsOf } from './topics-of.js';
