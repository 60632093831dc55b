/** What happens to a topic besides its values. */
export type TopicStatus =
  /** Values are expected: the upstream subscription is confirmed. */
  | { readonly type: 'live' }
  /** Nothing has come for longer than the topic allows; the subscription stands. */
  | { readonly type: 'stale' }
  /** Values between two epoch times (milliseconds) were missed. */
  | { readonly type: 'gap'; readonly from: number; readonly to: number }
  /** The upstream subscription failed; it is retried. */
  | { readonly type: 'failed'; readonly error: unknown }
  /** The topic ended and nothing more will come. */
  | { readonly type: 'closed' };

/** Ends an upstream subscription. */
export type EndTopic = () => void | Promise<void>;

/** Something topics can be subscribed to: a feed, a watch loop, another hub. */
export interface TopicSource<Topics extends object = Record<string, unknown>> {
  /**
   * Starts one upstream subscription.
   *
   * Settles when the upstream has confirmed it, and rejects when it refuses. Values may be emitted before.
   */
  subscribe<Topic extends keyof Topics & string>(
    topic: Topic,
    emit: (value: Topics[Topic]) => void,
    notify: (status: TopicStatus) => void,
  ): EndTopic | Promise<EndTopic>;
}
