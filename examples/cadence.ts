// Runs three models once a minute, two seconds apart, and replays an hour of it in an instant.
// Run: npm run example -- cadence
import { VirtualClock } from 'tickwise';
import { Cadence, type CadenceSlot } from 'tickwise/schedule';

const clock = new VirtualClock(Date.UTC(2024, 7, 8, 12, 0, 30));
const cadence = new Cadence({
  period: 60_000,
  offsets: { ppo: 0, genetic: 2_000, spectrum: 4_000 },
  clock,
  onError: (error, { job }) => console.log(`${job}: ${String(error)}`),
});

const time = (epoch: number): string => new Date(epoch).toISOString().slice(11, 19);
const logged: string[] = [];
const note = (name: string) => (slot: CadenceSlot) => {
  logged.push(`${time(slot.scheduled)} ${name}, on bars until ${time(slot.asOf)}, missed ${slot.missed}`);
};

const running = cadence.start({
  ppo: note('ppo'),
  genetic: note('genetic'),
  // Takes 90 s: every second slot comes while it still runs.
  spectrum: async (slot) => {
    note('spectrum')(slot);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 90_000));
  },
});
await clock.advance(3_600_000);
running[Symbol.dispose]();

console.log(logged.slice(0, 8).join('\n'));
console.log(cadence.stats());
