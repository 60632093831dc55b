export { VenueHandle } from './handle.js';
export type { Speed, VenueCounts, VenueProcessOptions } from './messages.js';
export { VenueServer, type VenueServerOptions } from './venue-server.js';
