export { telegramSink, type TelegramSink, type TelegramSinkStats } from './telegram/telegram-sink.js';
export { TelegramError } from './telegram/telegram-error.js';
export type { AlertBatching, TelegramSinkOptions } from './telegram/telegram-sink-options.js';
