import type { Curve, Lane } from './recording.js';

const WIDTH = 860;
const HEIGHT = 170;
const MARGIN = { left: 64, right: 12, top: 10, bottom: 26 };
const COLOURS = ['#b45309', '#be123c', '#047857'];
const TITLES: Readonly<Record<Curve, string>> = {
  answered: 'Symbols answered',
  running: 'Requests at once',
  latency: 'Latency of the latest answer, ms',
  refused: 'Answers 429 and 418, all so far',
};

/** A page with one chart per curve and one line per scheduler, without anything from elsewhere. */
export function pageOf(lanes: readonly Lane[], { seed, symbols }: { seed: number; symbols: number }): string {
  const end = Math.max(...lanes.map(({ duration }) => duration));
  const charts = (Object.keys(TITLES) as Curve[]).map((curve) => chartOf(lanes, curve, end)).join('\n');
  const rows = lanes.map(rowOf).join('\n');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Scheduler race</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; max-width: ${WIDTH}px; margin: 2rem auto; padding: 0 1rem; color: #1c1917 }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .25rem .9rem .25rem 0; text-align: left }
svg { display: block; width: 100%; height: auto } h2 { font-size: 1rem; margin: 1.4rem 0 .2rem }
text { font-size: 12px; fill: #57534e } .grid { stroke: #e7e5e4 } .line { fill: none; stroke-width: 2 }
</style>
<h1>Scheduler race</h1>
<p>${symbols} symbols at a simulated venue, seed ${seed}. Its capacity falls from 40 to 8 after 4 s and comes back after
10 s; above 400 weight per second it refuses, and it bans who does not listen. All three wait for Retry-After and try again.</p>
<table><tr><th></th><th>time</th><th>429</th><th>418</th></tr>
${rows}</table>
${charts}
</html>
`;
}

function rowOf({ banned, duration, name, refused }: Lane, index: number): string {
  const colour = COLOURS[index % COLOURS.length];
  const time = (duration / 1_000).toFixed(1);
  return `<tr><td style="color:${colour}">&#9632; ${name}</td><td>${time} s</td><td>${refused}</td><td>${banned}</td></tr>`;
}

function chartOf(lanes: readonly Lane[], curve: Curve, end: number): string {
  const most = Math.max(1, ...lanes.flatMap((lane) => lane.curves[curve].map(([, value]) => value)));
  const x = (time: number): number => MARGIN.left + (time / end) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number => HEIGHT - MARGIN.bottom - (value / most) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const grid = [0, 0.5, 1].map((part) => {
    const at = y(part * most).toFixed(1);
    return `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}"/>
<text x="${MARGIN.left - 8}" y="${Number(at) + 4}" text-anchor="end">${Math.round(part * most)}</text>`;
  });
  const seconds = Array.from({ length: 6 }, (_, index) => (end * index) / 5);
  const times = seconds.map(
    (time) =>
      `<text x="${x(time).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="middle">${(time / 1_000).toFixed(0)} s</text>`,
  );
  const lines = lanes.map(({ curves }, index) => {
    const points = curves[curve].map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    return `<polyline class="line" stroke="${COLOURS[index % COLOURS.length]}" points="${points}"/>`;
  });
  const parts = [...grid, ...times, ...lines].join('\n');
  return `<h2>${TITLES[curve]}</h2>\n<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">\n${parts}\n</svg>`;
}
