import { instrumentOf } from './instrument.js';
import { MarketPath, STEP } from './market-path.js';
import type { SyntheticOptions } from './options.js';
import { Random } from './random.js';
import { SymbolSession, type SyntheticFrame } from './symbol-session.js';

/** A fixed moment, so that a session does not depend on when it is made. */
export const START = Date.UTC(2025, 0, 6);

/** Makes the frames of a session one step after the other; nothing of the steps before is kept. */
export function* sessionFrames({ seed, duration, symbols }: Required<SyntheticOptions>): Generator<SyntheticFrame> {
  const market = new MarketPath(new Random(seed, 'market'));
  const sessions = symbols.map((symbol) => new SymbolSession(instrumentOf(symbol), new Random(seed, symbol)));
  for (let from = START; from + STEP <= START + duration; from += STEP) {
    const step = market.step();
    const ofStep = sessions.flatMap((session) => session.step(from, step));
    yield* ofStep.toSorted((a, b) => a.t - b.t);
  }
}
