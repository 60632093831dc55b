import { type Film, LEVELS, UNDEFINED } from './film.js';

/** The film as one HTML page that needs nothing else: no server, no library, no network. */
export function pageOf(film: Film): string {
  // `<` is escaped so that no name can end the script.
  const data = JSON.stringify(film).replaceAll('<', String.raw`\u003c`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Correlations bar by bar</title>
<style>${STYLE}</style>
<main>
  <canvas id="map" aria-label="Correlation of every pair of symbols"></canvas>
  <section>
    <h1>Correlations bar by bar</h1>
    <p id="facts"></p>
    <p id="date"></p>
    <canvas id="line" width="360" height="90" aria-label="Mean correlation over time"></canvas>
    <p><button id="play">Pause</button>
      <input id="at" type="range" min="0" value="0" aria-label="Bar">
      <label>bars a second <input id="speed" type="number" min="1" max="60" value="20"></label></p>
    <p id="pair">Point at the map to name a pair.</p>
    <ol id="top"></ol>
    <p class="scale">-1 <canvas id="scale" width="165" height="12"></canvas> 1</p>
  </section>
</main>
<script id="film" type="application/json">${data}</script>
<script type="module">${SCRIPT}</script>
</html>
`;
}

const STYLE = `
body { margin: 0; background: #14161a; color: #dde1e7; font: 14px/1.5 system-ui, sans-serif; }
main { display: flex; flex-wrap: wrap; gap: 24px; padding: 16px; }
#map { width: min(92vh, 92vw); height: min(92vh, 92vw); image-rendering: pixelated; background: #000; }
section { width: 380px; }
h1 { font-size: 20px; margin: 0; }
#date { font-size: 28px; margin: 8px 0; font-variant-numeric: tabular-nums; }
#line { background: #1d2026; }
#at { width: 200px; }
#speed { width: 48px; }
#top { font-variant-numeric: tabular-nums; padding-left: 20px; }
`;

// Runs in the page. Frames are played forwards and backwards by adding or subtracting their changes.
const SCRIPT = `
const film = JSON.parse(document.getElementById('film').textContent);
const byId = (id) => document.getElementById(id);
const size = film.symbols.length, pairs = (size * (size - 1)) / 2, last = film.frames.length - 1;
const packed = Uint8Array.from(atob(film.changes), (letter) => letter.charCodeAt(0));
const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
const changes = new Int8Array(await new Response(stream).arrayBuffer());
const levels = new Int8Array(pairs);

const colourOf = (level) => {
  if (level === ${UNDEFINED}) return [60, 60, 60];
  const strength = Math.abs(level) / ${LEVELS};
  const end = level > 0 ? [232, 80, 48] : [64, 132, 255];
  return end.map((channel) => Math.round(22 + (channel - 22) * strength));
};
const colours = new Uint32Array(256);
for (let level = -128; level < 128; level++) {
  const [red, green, blue] = colourOf(level);
  colours[level & 255] = 0xff000000 | (blue << 16) | (green << 8) | red;
}

const map = byId('map');
map.width = map.height = size;
const context = map.getContext('2d');
const image = context.createImageData(size, size);
const pixels = new Uint32Array(image.data.buffer);
let shown = -1;

const apply = (frame, sign) => {
  const from = frame * pairs;
  for (let pair = 0; pair < pairs; pair++) levels[pair] += sign * changes[from + pair];
};
const show = (frame) => {
  while (shown < frame) apply(++shown, 1);
  while (shown > frame) apply(shown--, -1);
  for (let row = 0, pair = 0; row < size; row++) {
    for (let column = 0; column < row; column++, pair++) {
      pixels[row * size + column] = pixels[column * size + row] = colours[levels[pair] & 255];
    }
    pixels[row * size + row] = colours[${LEVELS}];
  }
  context.putImageData(image, 0, 0);
  const { date, mean, top } = film.frames[frame];
  byId('date').textContent = date + '  mean ' + mean.toFixed(3);
  byId('top').replaceChildren(...top.map(([a, b, value]) => {
    const item = document.createElement('li');
    item.textContent = a + ' / ' + b + '  ' + value.toFixed(4);
    return item;
  }));
  byId('at').value = frame;
  drawLine(frame);
};

const line = byId('line').getContext('2d');
const drawLine = (frame) => {
  const { width, height } = line.canvas;
  const y = (mean) => height - 6 - Math.max(0, Math.min(1, mean)) * (height - 12);
  line.clearRect(0, 0, width, height);
  line.strokeStyle = '#e85030';
  line.beginPath();
  film.frames.forEach(({ mean }, index) => line.lineTo((index / Math.max(1, last)) * width, y(mean)));
  line.stroke();
  line.fillStyle = '#fff';
  line.fillRect((frame / Math.max(1, last)) * width - 1, 0, 2, height);
};

const scale = byId('scale').getContext('2d');
for (let level = -${LEVELS}; level <= ${LEVELS}; level++) {
  scale.fillStyle = 'rgb(' + colourOf(level) + ')';
  scale.fillRect((level + ${LEVELS}) * 5, 0, 5, 12);
}

map.addEventListener('mousemove', (event) => {
  const box = map.getBoundingClientRect();
  const row = Math.floor(((event.clientY - box.top) / box.height) * size);
  const column = Math.floor(((event.clientX - box.left) / box.width) * size);
  if (row === column || !film.symbols[row] || !film.symbols[column]) return;
  const [low, high] = row < column ? [row, column] : [column, row];
  const level = levels[(high * (high - 1)) / 2 + low];
  const value = level === ${UNDEFINED} ? 'undefined' : 'about ' + (level / ${LEVELS}).toFixed(2);
  byId('pair').textContent = film.symbols[row] + ' / ' + film.symbols[column] + '  ' + value;
});

let isPlaying = true, due = 0;
byId('play').addEventListener('click', () => {
  isPlaying = !isPlaying;
  byId('play').textContent = isPlaying ? 'Pause' : 'Play';
});
byId('at').max = last;
byId('at').addEventListener('input', () => show(Number(byId('at').value)));
byId('facts').textContent = size + ' symbols, ' + pairs.toLocaleString('en') + ' pairs, window of ' + film.window +
  ' bars, ' + film.source + '. Colours change when a correlation has moved by 0.04.';
const tick = (now) => {
  if (isPlaying && now >= due) {
    due = now + 1000 / Math.max(1, Number(byId('speed').value));
    show(shown >= last ? 0 : shown + 1);
  }
  requestAnimationFrame(tick);
};
show(Math.min(last, Number(new URLSearchParams(location.search).get('bar') ?? 0)));
requestAnimationFrame(tick);
`;
