import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../trading-pipeline/synthetic/random.js';

/** Instruments of the universe: as many as the bot behind these documents followed. */
export const INSTRUMENTS = 2_114;

/** A listed option and how much it is traded. All are synthetic, made from a snapshot of a real chain. */
export interface Instrument {
  readonly symbol: string;
  readonly strike: number;
  readonly isCall: boolean;
  /** Days to the expiry, at least 1. */
  readonly days: number;
  /** Contracts outstanding. */
  readonly openInterest: number;
  /** Dollars traded in 24 hours. */
  readonly volume: number;
}

/** Instruments, and what they were made from. */
export interface Chain {
  readonly instruments: readonly Instrument[];
  readonly source: string;
}

const SNAPSHOT = 'options/deribit-btc-2026-08-01.csv';
/** When the snapshot was taken. */
const TAKEN = Date.UTC(2026, 7, 1, 17, 58);
const DAY = 86_400_000;

/**
 * Makes {@link INSTRUMENTS} synthetic options, the same for the same seed: from the snapshot in a data folder, by
 * adding strikes between the listed ones, or without a folder from a chain of the same shape.
 */
export function makeChain(folder: string | undefined, seed = 1): Chain {
  const file = folder === undefined ? undefined : join(folder, SNAPSHOT);
  const isThere = file !== undefined && existsSync(file);
  const listed = isThere ? readSnapshot(readFileSync(file, 'utf8')) : inventChain(new Random(seed, 'chain'));
  const random = new Random(seed, 'universe');
  const options: Listed[] = [];
  for (let round = 0; options.length < INSTRUMENTS; round++) {
    for (const option of listed.slice(0, INSTRUMENTS - options.length)) {
      options.push(round === 0 ? option : between(option, round, random));
    }
  }
  return { instruments: options.map(named), source: isThere ? SNAPSHOT : 'a made-up chain' };
}

type Listed = Omit<Instrument, 'symbol'>;

function readSnapshot(csv: string): Listed[] {
  const [, head = '', ...lines] = csv.trim().split('\n');
  const names = head.split(',');
  return lines.flatMap((line) => {
    const cells = new Map(line.split(',').map((cell, index) => [names[index], cell]));
    const number = (name: string): number => Number(cells.get(name) ?? 0);
    if (cells.get('kind') !== 'option') return [];
    return [
      {
        strike: number('strike'),
        isCall: cells.get('type') === 'call',
        days: Math.max(1, Math.round((number('expiry_ms') - TAKEN) / DAY)),
        openInterest: number('open_interest'),
        volume: number('volume_usd_24h'),
      },
    ];
  });
}

/** 14 expiries of 31 strikes: like the snapshot, most have open interest and less than half were traded. */
function inventChain(random: Random): Listed[] {
  const options: Listed[] = [];
  for (let expiry = 0; expiry < 14; expiry++) {
    for (let step = -15; step <= 15; step++) {
      for (const isCall of [true, false]) {
        const near = Math.exp(-Math.abs(step) / 6) / (1 + expiry / 6);
        options.push({
          strike: 62_000 + step * 1_000,
          isCall,
          days: 1 + expiry * 7,
          openInterest: random.isLikely(0.85) ? Math.round(4_000 * near * random.exponential()) : 0,
          volume: random.isLikely(0.43) ? Math.round(400_000 * near * random.exponential()) : 0,
        });
      }
    }
  }
  return options;
}

/** An option of a strike that is not listed, somewhat less traded than its neighbour. */
function between(option: Listed, round: number, random: Random): Listed {
  const share = random.uniform() / (round + 1);
  return {
    ...option,
    strike: option.strike + round * 125,
    openInterest: Math.round(option.openInterest * share),
    volume: Math.round(option.volume * share),
  };
}

function named(option: Listed): Instrument {
  return { symbol: `SYN-BTC-${option.days}D-${option.strike}-${option.isCall ? 'C' : 'P'}`, ...option };
}
