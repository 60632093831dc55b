import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects garbage until `isDone`, which finalizers may bring about, or as often as it is told. */
export async function collectGarbage(isDone: () => boolean, rounds = 200): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let round = 0; round < rounds && !isDone(); round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
}
