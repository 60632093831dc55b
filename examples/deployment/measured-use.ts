import type { MeasuredUse } from './recommendation.js';

/**
 * Reads what a bot has used from its metrics.
 * @param text What it answers at `/metrics`.
 * @param speed How many times faster than real time its market was: in real time the same work takes so much longer.
 * @throws Error when a figure is missing.
 */
export function readUse(text: string, speed: number): MeasuredUse {
  const figure = (name: string): number => {
    const [, value] = new RegExp(String.raw`^tickwise_process_sampler_${name}\{[^}]*\} (\S+)$`, 'm').exec(text) ?? [];
    if (value === undefined) throw new Error(`metrics must have the bot's ${name}, got ${text.slice(0, 200)}`);
    return Number(value);
  };
  return {
    peakRssBytes: figure('peak_rss_bytes'),
    cpuMs: figure('cpu_ms_total'),
    elapsedMs: figure('elapsed_ms_total') * speed,
  };
}
