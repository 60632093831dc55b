export type { Delivery, DeliveryContext, Handler, Overflow, QueueOptions, SubscribeOptions } from './delivery.js';
export { fromWatch, type Watch } from './from-watch.js';
export type { FreezeMode, HubErrorContext, HubOptions } from './hub-options.js';
export type { HubStats, TopicExplanation } from './hub-stats.js';
export type { Subscription, SubscriptionState, SubscriptionStats } from './subscription.js';
export { SubscriptionHub } from './subscription-hub.js';
export type { QueueCounts } from './tally.js';
export type { TopicStream } from './topic-stream.js';
export type { WatchErrorContext, WatchOptions } from './watch-options.js';
