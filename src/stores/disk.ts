export { diskStore, type DiskStore, type DiskStoreStats } from './disk/disk-store.js';
export type { DiskErrorContext, DiskStoreOptions } from './disk/disk-store-options.js';
