// How many traces took how long, on a logarithmic scale; a bar chooses its traces.

import { isFailed, lengthOf } from '../model/data.js';
import { counted, duration } from '../model/format.js';
import { el } from './dom.js';
import { table, twin } from './table.js';

const [WIDTH, HEIGHT, BARS] = [1000, 96, 48];

/** @param {object} app @param {number[]} traces */
export function histogram(app, traces) {
  const bins = binsOf(app.m, traces);
  if (bins.length < 2) return null;
  const most = bins.reduce((max, bin) => Math.max(max, bin.count), 1);
  const step = WIDTH / bins.length;
  const bars = bins.map((bin, k) => {
    const tall = (n) => (n === 0 ? 0 : Math.max(1.2, (n / most) * (HEIGHT - 4)));
    const text = `${counted(bin.count, 'trace')} from ${duration(bin.from)} to ${duration(bin.to)}, ${bin.failed} failed`;
    const choose = () => app.go({ search: `>${word(bin.from)} <${word(bin.to)}`, view: 'traces' });
    const part = (n, base, name) =>
      n > 0 &&
      el(`rect.${name}`, { x: k * step + 1, width: step - 2, y: HEIGHT - base - n, height: n, rx: 1.5 });
    const red = tall(bin.failed);
    return (
      bin.count > 0 &&
      el(
        'g',
        { click: choose },
        el('title', null, text),
        el('rect.catch', { x: k * step, width: step, y: 0, height: HEIGHT }),
        part(red, 0, 'failed'),
        part(Math.max(0, tall(bin.count) - red), red, 'ok'),
      )
    );
  });
  // Those at both ends, and between them at equal distances: each below the edge of a bar.
  const ticks = [0, 1, 2, 3, 4].map((k) => bins[(k * BARS) / 4]?.from ?? bins[BARS - 1].to);
  return el(
    'figure.histogram',
    null,
    el(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': 'Traces by duration',
      },
      bars,
    ),
    el(
      'div.ticks',
      { 'aria-hidden': 'true' },
      ticks.map((time) => el('span', null, duration(time))),
    ),
    twin('Durations as a table', () =>
      table(
        {
          name: 'Traces by duration',
          columns: [
            { title: 'Duration' },
            { title: 'Traces', class: 'number' },
            { title: 'Failed', class: 'number' },
          ],
        },
        bins.filter((bin) => bin.count > 0),
        (bin) => [`${duration(bin.from)} – ${duration(bin.to)}`, bin.count, bin.failed],
      ),
    ),
  );
}

function binsOf(m, traces) {
  const lengths = traces.map((t) => Math.max(1, lengthOf(m, t)));
  const [low, high] = [lengths.reduce((a, b) => Math.min(a, b)), lengths.reduce((a, b) => Math.max(a, b))];
  if (low === high) return [];
  const scale = Math.log(high / low) / BARS;
  const bins = Array.from({ length: BARS }, (_, k) => ({
    from: low * Math.exp(k * scale),
    to: low * Math.exp((k + 1) * scale),
    count: 0,
    failed: 0,
  }));
  traces.forEach((t, at) => {
    const bin = bins[Math.min(BARS - 1, Math.floor(Math.log(lengths[at] / low) / scale))];
    bin.count += 1;
    if (isFailed(m, m.traces.root[t])) bin.failed += 1;
  });
  return bins;
}

/** A duration as a search takes it. */
function word(ns) {
  return ns < 1e5
    ? `${Math.round(ns)}ns`
    : ns < 1e8
      ? `${(ns / 1e6).toFixed(3)}ms`
      : `${(ns / 1e9).toFixed(4)}s`;
}
