/** A source of jitter that never throws: where the user's does, it is told to `onError` and the whole bound is waited. */
export function steadyRandom(random: () => number, onError: (error: unknown) => void): () => number {
  return () => {
    try {
      return random();
    } catch (error) {
      onError(error);
      return 1;
    }
  };
}
