export {
  type DecodedFields,
  type EncodedFields,
  type FieldCodes,
  FieldMap,
  type OwnName,
  type StoredName,
} from './field-map.js';
export { type BlockExplanation, type ColumnExplanation, SeriesCodec, type SeriesCodecStats } from './series-codec.js';
export type {
  CodecColumn,
  CodecColumns,
  CodecRow,
  CodecValue,
  Compression,
  SeriesCodecOptions,
} from './series-codec-options.js';
