export { MARKET_TIME } from './market-time.js';
export { type ServiceCounts, ServicesServer } from './services-server.js';
