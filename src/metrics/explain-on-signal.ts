import { disposable } from '../core/disposal.js';
import type { MetricsRegistry } from './metrics-registry.js';

/** How an explanation is asked for, and where it goes. */
export interface ExplainOnSignalOptions {
  /**
   * The signal.
   * @default 'SIGUSR2'
   */
  readonly signal?: NodeJS.Signals;
  /**
   * Takes the text.
   * @default writes to standard error
   */
  readonly write?: (text: string) => void;
}

/**
 * Writes what every primitive of a registry says of itself whenever the process gets a signal: `kill -USR2 <pid>`
 * asks a bot that hangs why it does. Disposing the handle gives the signal its usual effect back, which for SIGUSR2
 * is the end of the process.
 */
export function explainOnSignal(registry: MetricsRegistry, options: ExplainOnSignalOptions = {}): Disposable {
  const { signal = 'SIGUSR2', write = (text: string) => void process.stderr.write(`${text}\n`) } = options;
  const tell = (): void => write(registry.explain());
  process.on(signal, tell);
  return disposable(() => process.off(signal, tell));
}
