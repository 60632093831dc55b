import type { VersionReport } from './report.js';

/** One figure of a version: what it is called, where it stands and how it reads. */
export type Figure = readonly [
  name: string,
  read: (version: VersionReport) => number,
  write: (value: number) => string,
];

/** The figures that tell what a version costs. */
export const FIGURES: readonly Figure[] = [
  ['connections', (version) => version.connections, whole],
  ['subscribe requests', (version) => version.subscribeRequests, whole],
  ['streams subscribed', (version) => version.topicsSubscribed, whole],
  ['REST requests', (version) => version.restRequests, whole],
  ['frames received', (version) => version.framesSent, whole],
  ['frames parsed', (version) => version.framesParsed, whole],
  ['books lost to gaps', (version) => version.booksLost, whole],
  ['position checks', (version) => version.positionChecks, whole],
  ['of these without need', (version) => version.needlessChecks, whole],
  ['database statements', (version) => version.statements, whole],
  ['rows stored', (version) => version.rows, whole],
  ['CPU', (version) => version.cpuMs, seconds],
  ['CPU after start-up', (version) => version.cpuTradingMs, seconds],
  ['time', (version) => version.durationMs, seconds],
  ['peak memory', (version) => version.peakRssBytes, megabytes],
  ['heap at the end', (version) => version.heapBytes, megabytes],
];

/** All that a bot asks of the venue besides its market data. */
export function callsOf({ connections, subscribeRequests, restRequests }: VersionReport): number {
  return connections + subscribeRequests + restRequests;
}

/** 12345 → `12,345` */
export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

/** Milliseconds as seconds. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

/** Bytes in millions. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A rate, with decimals where they matter. */
export function perMinute(rate: number): string {
  return rate.toLocaleString('en-US', { maximumFractionDigits: rate < 10 ? 2 : 0 });
}
