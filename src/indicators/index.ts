export type { OutOption } from './arguments.js';
export { Atr, atr, type AtrColumns } from './atr.js';
export {
  Bollinger,
  bollinger,
  type BollingerBands,
  type BollingerBatchOptions,
  type BollingerOptions,
} from './bollinger.js';
export { Ema, ema, type EmaOptions } from './ema.js';
export { Macd, macd, type MacdBatchOptions, type MacdLines, type MacdOptions } from './macd.js';
export { PercentChange, percentChange } from './percent-change.js';
export { RateOfChange, rateOfChange } from './rate-of-change.js';
export { RollingMax, rollingMax } from './rolling-max.js';
export { RollingMin, rollingMin } from './rolling-min.js';
export { RollingStd, rollingStd, type RollingStdOptions } from './rolling-std.js';
export { Rsi, rsi, type RsiOptions } from './rsi.js';
export { Sma, sma } from './sma.js';
export { VolumeRatio, volumeRatio } from './volume-ratio.js';
export { Vwap, vwap, type VwapColumns } from './vwap.js';
export { Wma, wma } from './wma.js';
export { Zscore, zscore, type ZscoreOptions } from './zscore.js';
