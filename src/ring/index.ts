export { BAR_COLUMNS, type OhlcvBar, type TradeSide } from './bar.js';
export { BarAligner, type BarAlignerStats } from './bar-aligner.js';
export type {
  AmendingAlignerOptions,
  BarAlignerOptions,
  CommonAlignerOptions,
  RejectingAlignerOptions,
} from './aligner-options.js';
export { BarBuilder, type BarBuilderStats } from './bar-builder.js';
export type { BarBuilderOptions, CommonBarOptions, GapPolicy, SizedBarOptions, TimeBarOptions } from './bar-options.js';
export type { BarErrorContext } from './deliver.js';
export type { ReplayBatch } from './replay-batch.js';
export type { ReplayPriority, ReplayRingOptions } from './replay-options.js';
export { ReplayRing, type ReplayRingStats } from './replay-ring.js';
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
export type { LateRows, SeriesLayout, SeriesOrder, SeriesRingOptions } from './series-options.js';
export { SeriesRing } from './series-ring.js';
export type { SeriesRingStats } from './series-stats.js';
export type { SharedMemory } from './shared-memory.js';
export type {
  SharedRingHandle,
  SharedRingMode,
  SharedRingOptions,
  SharedRingOverflow,
  SharedShape,
} from './shared-options.js';
export type { RecordVisitor, SharedReader, SharedReaderStats } from './shared-reader.js';
export { SharedRing, type SharedRingStats } from './shared-ring.js';
export type { SharedWriter, SharedWriterStats } from './shared-writer.js';
