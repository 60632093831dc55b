import type { TopicExplanation } from './hub-stats.js';
import type { TopicLife } from './topic-life.js';

/** Says why a topic is as it is. */
export function explainTopic(topic: string, life: TopicLife | undefined): TopicExplanation {
  const state = life === undefined ? 'unknown' : (life.upstream?.state ?? 'local');
  const { fanOut } = life ?? {};
  return {
    topic,
    state,
    reason: reasonOf(state, life),
    subscriptions: fanOut?.members.size ?? 0,
    sequence: fanOut?.history.sequence ?? 0,
    held: fanOut?.history.size ?? 0,
    status: fanOut?.status?.type,
    failuresInRow: life?.upstream?.failuresInRow ?? 0,
  };
}

const REASONS: Readonly<Record<TopicExplanation['state'], string>> = {
  unknown: 'nobody subscribes to it, so nothing of it is held',
  local: 'the hub has no source: values come from publish',
  idle: 'not subscribed upstream',
  starting: 'the source has not confirmed the subscription yet',
  live: 'subscribed upstream and confirmed',
  ending: 'the upstream subscription is being ended',
  retrying: 'the source refused the topic; it is asked again after a delay',
};

function reasonOf(state: TopicExplanation['state'], life: TopicLife | undefined): string {
  const isLingering = life?.demand() === 'linger';
  return isLingering ? `${REASONS[state]}; it lingers after its last subscriber` : REASONS[state];
}
