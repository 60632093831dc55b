import { systemClock, type VirtualClock } from 'tickwise/core';
import { cacheReasoning, type CacheStore } from 'tickwise/memo';
import { completionRequest, completionText, type Question } from '../bot/question.js';
import { marketFetch } from './market-fetch.js';
import type { Tolerance } from './tolerance.js';

/** Where answers are kept over restarts. */
export interface AnswerStore {
  readonly store: CacheStore;
  /** Of whom the answers are: those of another version are not used. */
  readonly version: string;
}

/** What an explainer needs. */
export interface ExplainerOptions {
  /** Address of the completion API. */
  readonly url: string;
  readonly tolerance: Tolerance['reasoning'];
  readonly clock: VirtualClock;
  /** Without it answers are kept in memory. */
  readonly answers?: AnswerStore | undefined;
  /** Told when the store fails: the model is then asked. */
  readonly onStoreError: (error: unknown) => void;
}

/** Longest market time that a trade waits for a model that is down or busy, in milliseconds, and between two attempts. */
const PATIENCE = 1_000;
const PAUSE = 500;

/** Longest time to look for an answer before the model is asked, which takes a second, in milliseconds. */
const STORE_TIMEOUT = 500;

/** Statuses that pass: too many requests, and a model that is down. */
const PASSING = new Set([429, 503]);

/** Makes a function that has trades explained, once for equal questions. It rejects when nobody can be asked. */
export function explainer(options: ExplainerOptions): (question: Question) => Promise<string> {
  const { url, tolerance, clock, answers, onStoreError } = options;
  const fetch = marketFetch(clock);
  const ask = async (question: Question): Promise<string> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(completionRequest(question));
    for (let waited = 0; ;) {
      const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body });
      const pause = Math.max(PAUSE, Number(response.headers.get('retry-after')) * 1_000);
      if (!PASSING.has(response.status) || waited + pause > PATIENCE) return completionText(response);
      waited += pause;
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, pause));
    }
  };
  if (answers === undefined) return cacheReasoning(ask, { name: 'reasoning', clock, ...tolerance });
  const explain = cacheReasoning(ask, {
    name: 'reasoning',
    ...tolerance,
    // A replay begins at the same market time again: how old an earlier run's answers are, real time tells.
    clock: {
      now: () => clock.now(),
      wallTime: () => systemClock.wallTime(),
      setTimeout: (run, ms) => clock.setTimeout(run, ms),
    },
    version: answers.version,
    store: heldStore(answers.store, clock),
    storeTimeout: STORE_TIMEOUT,
    onError: onStoreError,
  });
  // Called as a member of an object its answers would be that object's own, and no other process could use them.
  return (question) => explain(question);
}

/** The market waits for the store, so that a replay is reproducible. */
function heldStore(store: CacheStore, clock: VirtualClock): CacheStore {
  return {
    get: (key) => clock.hold(store.get(key)),
    set: (key, bytes, ttl) => clock.hold(store.set(key, bytes, ttl)),
    delete: (key) => clock.hold(store.delete(key)),
    close: () => store.close(),
  };
}
