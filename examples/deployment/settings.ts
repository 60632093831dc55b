/** What the bot is told by its environment. */
export interface Settings {
  /** Address of the venue's WebSocket; undefined for the protocol's own. */
  readonly venue: string | undefined;
  readonly symbols: readonly string[];
  /** Redis that keeps signals, and Redis that may give up what it keeps. */
  readonly records: string;
  readonly cache: string;
  /** Folder for rows that the database does not have yet. */
  readonly folder: string;
  readonly port: number;
  /** Longest time without a trade, in milliseconds, for which the bot counts as well. */
  readonly quiet: number;
}

/**
 * Reads the settings.
 * @throws Error that names the variable and what it takes.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const {
    VENUE_URL,
    SYMBOLS = 'BTCUSDT,ETHUSDT,SOLUSDT',
    RECORDS_URL = 'redis://records:6379',
    CACHE_URL = 'redis://cache:6379',
    DATA_FOLDER = '/data',
    PORT = '9464',
    HEALTH_QUIET_MS = '60000',
  } = environment;
  const symbols = SYMBOLS.split(',').map((symbol) => symbol.trim());
  if (symbols.includes('')) throw new Error(`SYMBOLS takes names separated by commas, got ${SYMBOLS}`);
  return {
    venue: VENUE_URL,
    symbols,
    records: RECORDS_URL,
    cache: CACHE_URL,
    folder: DATA_FOLDER,
    port: wholeNumber('PORT', PORT, 65_535),
    quiet: wholeNumber('HEALTH_QUIET_MS', HEALTH_QUIET_MS, 86_400_000),
  };
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new Error(`${name} takes a whole number from 1 to ${most}, got ${text}`);
}
