export { RingBuffer, type RingBufferStats } from './ring-buffer.js';
export type {
  ColumnKind,
  ColumnOptions,
  ColumnSpec,
  ColumnValue,
  ColumnWindow,
  SeriesColumns,
  SeriesRow,
  StoredRow,
  StoredValue,
  TypedArray,
} from './series-columns.js';
export type { SeriesLayout, SeriesRingOptions } from './series-options.js';
export { SeriesRing, type SeriesRingStats } from './series-ring.js';
