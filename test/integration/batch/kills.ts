import { limitFiles } from './file-limit.js';
import { type Oracle, seeded } from './oracle.js';

/** Kills a writer so many times while its server has faults of its own, and lets a last one end in peace. */
export async function killMany(oracle: Oracle, directory: string, kills: number, seed: number): Promise<void> {
  const random = seeded(seed);
  for (let kill = 0; kill < kills; kill++) {
    const lines = 2 + Math.floor(random() * 12);
    const turns = Math.floor(random() * 300);
    let thaw = (): void => undefined;
    const fault = random();
    await oracle.runAndKill(directory, lines, turns, async (pid) => {
      if (fault < 0.25) oracle.proxy.cutsNextReply = true;
      else if (fault < 0.4) await oracle.crashServer().catch(() => undefined);
      else if (fault < 0.55) thaw = await oracle.freezeServer().catch(() => thaw);
      // The disk of the writer is full, often in the middle of a group.
      else if (fault < 0.7) limitFiles(pid, 64 + Math.floor(random() * 20_000));
    });
    thaw();
  }
  oracle.proxy.cutsNextReply = false;
  await oracle.runToEnd(directory, 100);
}
