/** Makes a handle whose first disposal runs `end`; later ones do nothing. */
export function disposable(end: () => void): Disposable {
  let isDone = false;
  return {
    [Symbol.dispose]() {
      if (isDone) return;
      isDone = true;
      end();
    },
  };
}
