/**
 * Sends 300 alerts of a session to a Telegram chat, one message each and batched, on a clock of its own: messages sent,
 * and how long alerts waited.
 *
 * The alerts are large trades of a recorded session in the folder TICKWISE_DATA; without one, seeded ones.
 * Run: npm run example -- alerts [folder with recordings]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BatchWriter } from 'tickwise/batch';
import { VirtualClock } from 'tickwise/core';
import { telegramSink } from 'tickwise/sinks/telegram';

interface Alert {
  /** Milliseconds since the session began. */
  readonly at: number;
  readonly type: string;
  readonly text: string;
  readonly isUrgent: boolean;
}

const COUNT = 300;
/** Every so many an alert is urgent: a stop that was hit. */
const URGENT_EVERY = 20;

/** Large trades of a recording. */
function* recordedEvents(folder: string): Generator<Omit<Alert, 'isUrgent'>> {
  const file = gunzipSync(readFileSync(join(folder, 'ws', 'binance-usdm-btc-eth-2024-08-08.ndjson.gz')));
  let start: number | undefined;
  for (const line of file.toString().split('\n')) {
    if (!line.includes('@trade"')) continue;
    const { t, msg } = JSON.parse(line) as { t: number; msg: { data: Record<'s' | 'p' | 'q', string> } };
    const { s, p, q } = msg.data;
    start ??= t;
    if (Number(p) * Number(q) > 20_000) yield { at: t - start, type: s, text: `${s}: ${q} traded at ${p}` };
  }
}

/** Bursts of events, the same each time. */
function* madeEvents(): Generator<Omit<Alert, 'isUrgent'>> {
  for (let index = 0, at = 0, state = 3; index < COUNT; index++) {
    state = (state * 48_271) % 2_147_483_647;
    at += state % 7 === 0 ? state % 3_000 : state % 120;
    const type = state % 3 === 0 ? 'ETHUSDT' : 'BTCUSDT';
    yield { at, type, text: `${type}: ${(state % 900) / 10} traded` };
  }
}

/** Plays the alerts through a sink to a Telegram of our own, and says how long each waited. */
async function play(alerts: readonly Alert[], isBatched: boolean) {
  const clock = new VirtualClock();
  const delays = new Map<Alert, number>();
  let messages = 0;
  const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    messages++;
    const { text } = JSON.parse(init.body as string) as { text: string };
    for (const line of text.split('\n\n')) {
      const alert = alerts.find((each) => each.text === line && !delays.has(each));
      if (alert !== undefined) delays.set(alert, clock.now() - alert.at);
    }
    return Response.json({ ok: true });
  };
  const isUrgent = (alert: Alert): boolean => alert.isUrgent;
  const sink = telegramSink<Alert>({
    token: '123456:example',
    chat: 7,
    text: ({ text }) => text,
    type: ({ type }) => type,
    fetch,
    ioClock: clock,
    ...(isBatched ? { isUrgent } : { maxEvents: 1, window: 0 }),
  });
  const writer = new BatchWriter<Alert>({ sink, ...sink.batching, clock, ioClock: clock, closeTimeout: 3_600_000 });
  for (const alert of alerts) {
    if (alert.at > clock.now()) await clock.advance(alert.at - clock.now());
    writer.add(alert);
  }
  const closed = writer.close();
  while (delays.size < alerts.length) await clock.advance(100);
  await closed;
  const sorted = (list: readonly Alert[]): number[] =>
    list.map((alert) => delays.get(alert) ?? Infinity).toSorted((a, b) => a - b);
  const at = (list: readonly number[], share: number): number =>
    Math.round(list[Math.ceil(list.length * share) - 1] ?? NaN);
  const [all, urgent] = [sorted(alerts), sorted(alerts.filter(isUrgent))];
  return {
    messages,
    'p50 s': at(all, 0.5) / 1_000,
    'p99 s': at(all, 0.99) / 1_000,
    'urgent p50 ms': at(urgent, 0.5),
    'urgent max ms': at(urgent, 1),
  };
}

const folder = process.argv[2] ?? (process.env['TICKWISE_DATA'] || undefined);
const alerts: Alert[] = [];
for (const event of folder === undefined ? madeEvents() : recordedEvents(folder)) {
  alerts.push({
    ...event,
    text: `${alerts.length + 1}. ${event.text}`,
    isUrgent: alerts.length % URGENT_EVERY === URGENT_EVERY - 1,
  });
  if (alerts.length === COUNT) break;
}
const seconds = Math.round((alerts.at(-1)?.at ?? 0) / 1_000);
console.log(`${alerts.length} ${folder === undefined ? 'synthetic' : 'recorded'} alerts of ${seconds} s`);
console.table({ 'one message each': await play(alerts, false), batched: await play(alerts, true) });
