export { MARKET_TIME } from './market-time.js';
export { type ServiceCounts, type ServicesOptions, ServicesServer } from './services-server.js';
