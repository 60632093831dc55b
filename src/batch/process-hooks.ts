/**
 * What the process does once for all writers. ESM and CJS copies of this package share it under a well-known symbol, so
 * that there is one listener per signal however many writers and copies there are.
 */
import type { Clock } from '../core/clock.js';
import { settlesWithin } from './settles-within.js';

const HOOKS: unique symbol = Symbol.for('tickwise.processHooks');
/** Milliseconds beyond `closeTimeout` for what follows it: rows handed back, files closed. */
const GRACE = 1_000;
const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Something that has to be closed before the process ends. */
interface Closable {
  /** Ends it. */
  close(): Promise<void>;
  /** Time of the timeout. */
  readonly clock: Clock;
  /** Longest time it takes, in milliseconds. */
  readonly closeTimeout: number;
}

interface Hooks {
  readonly closables: Set<Closable>;
  readonly exits: Set<() => void>;
  /** Of the copy that came first. */
  readonly onSignal: (signal: NodeJS.Signals) => void;
  readonly onExit: () => void;
  isListening: boolean;
  isClosing: boolean;
}

/** Calls `callback` when the process exits in an orderly way, uncaught errors included. It has to be synchronous. */
export function onProcessExit(callback: () => void): Disposable {
  const { exits, onExit } = hooks();
  if (exits.size === 0) process.on('exit', onExit);
  exits.add(callback);
  return {
    [Symbol.dispose]() {
      exits.delete(callback);
      if (exits.size === 0) process.removeListener('exit', onExit);
    },
  };
}

/** Closes `closable` when a signal asks the process to end, until the handle is disposed. */
export function closeOnSignals(closable: Closable): Disposable {
  const state = hooks();
  state.closables.add(closable);
  listen(state);
  return {
    [Symbol.dispose]() {
      state.closables.delete(closable);
      // While all are being closed the listeners stay, for the second signal.
      if (state.closables.size === 0 && !state.isClosing) stopListening(state);
    },
  };
}

function closeAll(state: Hooks, signal: NodeJS.Signals): void {
  if (state.isClosing) return letItHappen(state, signal);
  state.isClosing = true;
  void closeAndEnd(state, signal);
}

async function closeAndEnd(state: Hooks, signal: NodeJS.Signals): Promise<void> {
  const closed = new Set<Closable>();
  for (
    let left = [...state.closables];
    left.length > 0;
    left = [...state.closables].filter((one) => !closed.has(one))
  ) {
    for (const closable of left) closed.add(closable);
    // What `close` rejects with has been reported by the writer. Meanwhile there may be new ones.
    await Promise.all(left.map(closeInTime));
  }
  if (state.isClosing) letItHappen(state, signal);
}

function closeInTime(closable: Closable): Promise<boolean> {
  return settlesWithin(closable.close(), closable.clock, closable.closeTimeout + GRACE);
}

/** Ends the process as the signal would have, unless somebody else listens for it and decides. */
function letItHappen(state: Hooks, signal: NodeJS.Signals): void {
  stopListening(state);
  state.isClosing = false;
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function listen(state: Hooks): void {
  if (state.isListening) return;
  state.isListening = true;
  for (const signal of SIGNALS) process.on(signal, state.onSignal);
}

function stopListening(state: Hooks): void {
  state.isListening = false;
  for (const signal of SIGNALS) process.removeListener(signal, state.onSignal);
}

function runExits({ exits }: Hooks): void {
  for (const exit of exits) {
    try {
      exit();
    } catch (error) {
      process.emitWarning(`tickwise: rows could not be written at exit: ${String(error)}`, 'TickwiseWarning');
    }
  }
}

function hooks(): Hooks {
  const holder = globalThis as { [HOOKS]?: Hooks };
  return (holder[HOOKS] ??= newHooks());
}

function newHooks(): Hooks {
  const state: Hooks = {
    closables: new Set(),
    exits: new Set(),
    onSignal: (signal) => closeAll(state, signal),
    onExit: () => runExits(state),
    isListening: false,
    isClosing: false,
  };
  return state;
}
