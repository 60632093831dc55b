import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export const dataFolder =
  process.env['TICKWISE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Whether the recordings are there. Says how to get them when they are not. */
export const hasRecordings = existsSync(`${dataFolder}/ws`);

if (!hasRecordings) console.log(`recordings skipped: TICKWISE_DATA names no folder with recordings (${dataFolder})`);

export interface RecordedFrame {
  readonly t: number;
  readonly dir: string;
  /** The symbol of an inline REST snapshot. */
  readonly for: string | undefined;
  /** The frame's text exactly as it was sent. */
  readonly text: string;
}

/** The frames a recording holds, in order of arrival; only those whose line is wanted. */
export function recordedFrames(name: string, isWanted = (_line: string): boolean => true): RecordedFrame[] {
  return lines(`ws/${name}.ndjson.gz`).flatMap((line) => {
    const at = line.indexOf('"msg":');
    if (at < 0 || !isWanted(line)) return [];
    const head = JSON.parse(`${line.slice(0, at)}"end":0}`) as { t: number; dir: string; for?: string };
    return [{ t: head.t, dir: head.dir, for: head.for, text: line.slice(at + 6, -1) }];
  });
}

/** The bodies of REST snapshots beside a recording, by symbol. */
export function recordedSnapshots(name: string): { t: number; symbol: string; body: unknown }[] {
  return lines(`ws/${name}.rest.ndjson.gz`).map((line) => {
    const { t, url, body } = JSON.parse(line) as { t: number; url: string; body: unknown };
    return { t, symbol: new URL(url).searchParams.get('symbol') ?? '', body };
  });
}

/** Rows of an expected-results table, without the header. */
export function expectedRows(name: string): string[] {
  return readFileSync(`${dataFolder}/expected/${name}`, 'utf8').trim().split('\n').slice(1);
}

function lines(path: string): string[] {
  return gunzipSync(readFileSync(`${dataFolder}/${path}`))
    .toString()
    .trim()
    .split('\n');
}
