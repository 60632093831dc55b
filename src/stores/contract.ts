export { type BusCase, busContract, type MakeBus } from './contract/bus-contract.js';
export type { MakeStore, PassTime, StoreCase } from './contract/store-case.js';
export { storeContract } from './contract/store-contract.js';
