import { whole } from './figures.js';
import type { Delay, ServiceFigures, ServicesReport } from './services.js';

/** What explanations and alerts took, line by line: name, usual way, tickwise. */
export function serviceLines({ naive, optimised }: ServicesReport): [name: string, usual: string, tickwise: string][] {
  return LINES.map(([name, write]) => [name, write(naive), write(optimised)]);
}

const LINES: readonly (readonly [name: string, write: (figures: ServiceFigures) => string])[] = [
  ['trades explained', ({ trades }) => whole(trades)],
  ['questions to the language model', ({ questions }) => whole(questions)],
  ['cost of its answers', ({ dollars }) => `$${dollars.toFixed(4)}`],
  ['wait for an explanation, half | 99 %', ({ reasonDelayMs }) => waits(reasonDelayMs)],
  ['alerts', ({ alerts }) => whole(alerts)],
  ['messages to Telegram', ({ messages }) => whole(messages)],
  ['most alerts in a message', ({ mostInMessage }) => whole(mostInMessage)],
  ['messages refused, to be sent later', ({ refused }) => whole(refused)],
  ['alerts lost | doubled', ({ lost, doubled }) => `${whole(lost)} | ${whole(doubled)}`],
  ['wait of an alert, half | 99 %', ({ alertDelayMs }) => waits(alertDelayMs)],
  ['wait of a warning, half | 99 %', ({ riskDelayMs }) => waits(riskDelayMs)],
];

function waits({ p50, p99 }: Delay): string {
  return `${(p50 / 1_000).toFixed(1)} | ${(p99 / 1_000).toFixed(1)} s`;
}
