export { type DecodedFields, type EncodedFields, type FieldCodes, FieldMap } from './field-map.js';
