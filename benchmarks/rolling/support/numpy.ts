import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Instance } from '../../runner/contract.js';
import { BARS, makeBars, rounded, SYMBOLS, WINDOW } from './market.js';

/** Takes the bars, then for each number it reads so many steps of the window, a matrix in each. */
const PROGRAM = `
import sys
import numpy as np
bars, symbols, window = (int(word) for word in sys.argv[1:])
data = np.frombuffer(sys.stdin.buffer.read(8 * bars * symbols)).reshape(bars, symbols)
ring = np.empty((symbols, 0))
done = window
for line in sys.stdin.buffer:
    for _ in range(int(line)):
        first = max(0, done + 1 - window)
        rows = np.arange(first, done + 1) % bars
        matrix = np.corrcoef(data[rows].T)
        done += 1
    print((matrix.sum() - symbols) / (symbols * (symbols - 1)), flush=True)
`;

/** numpy's own matrix, in a process beside this one, on one thread; the pipe between them is part of the time. */
export async function numpyMatrix(): Promise<Instance> {
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const args = ['-c', PROGRAM, BARS, SYMBOLS, WINDOW].map(String);
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn('python3', args, {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child, 'spawn');
  // What it cannot take any more shows in the missing answer.
  child.stdin.on('error', () => undefined);
  for (const bar of makeBars(SYMBOLS)) child.stdin.write(new Uint8Array(bar.buffer));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let answer = NaN;
  return {
    async run(operations) {
      child.stdin.write(`${operations}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('numpy is missing, or python3 has ended');
      answer = Number(value);
    },
    answer: () => rounded(answer),
    close() {
      child.kill();
    },
  };
}
