import type { Frame, Playable, RecordingInfo, StreamKind, SymbolTopics } from './recording.js';

/** Names the streams of a symbol. Of several of a kind, the one with the most frames, then the one seen first. */
export function topicsOf(recording: Pick<Playable, 'frames' | 'topics'>, symbol: string): SymbolTopics {
  const counts = countFrames(recording.frames, symbol);
  const best = new Map<StreamKind, string>();
  for (const topic of recording.topics.values()) {
    if (topic.symbol !== symbol) continue;
    const rival = best.get(topic.stream);
    if (rival === undefined || count(counts, topic.topic) > count(counts, rival)) best.set(topic.stream, topic.topic);
  }
  const [book, trade, quote] = [best.get('book'), best.get('trade'), best.get('quote')];
  return { ...(book && { book }), ...(trade && { trade }), ...(quote && { quote }) };
}

/** The facts of a recording, small enough to send to another process. */
export function infoOf(recording: Playable): RecordingInfo {
  const { name, kind, venue, market, symbols, start, end, frameCount, malformed, malformedLines, reversals } =
    recording;
  return { name, kind, venue, market, symbols, start, end, frameCount, malformed, malformedLines, reversals };
}

function countFrames(frames: Iterable<Frame>, symbol: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const frame of frames) if (frame.symbol === symbol) counts.set(frame.topic, count(counts, frame.topic) + 1);
  return counts;
}

function count(counts: ReadonlyMap<string, number>, topic: string): number {
  return counts.get(topic) ?? 0;
}
