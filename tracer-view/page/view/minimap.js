// How much went on at once, over the whole trace; and which part of it the chart below shows.

import { children, pollsKnown, pollsOf } from '../model/data.js';
import { counted } from '../model/format.js';
import { el } from './dom.js';
import { FONT } from './measures.js';
import { theme } from './theme.js';

const STEPS = 600;

/**
 * @param {(from: number, to: number) => void} choose  called with a stretch of time
 * @returns {{element: Element, set: Function, draw: Function}}
 */
export function minimap(choose) {
  const canvas = el('canvas.minimap', { 'aria-hidden': 'true' });
  let [areas, view] = [null, null];
  const moment = (x) => view.lo + (x / canvas.clientWidth) * (view.hi - view.lo);
  drag(canvas, (from, to) => {
    const [a, b] = [moment(Math.min(from, to)), moment(Math.max(from, to))];
    const half = view.span / 2;
    // A click moves what is seen there, a drag chooses.
    if (Math.abs(from - to) < 4) choose(a - half, a + half);
    else choose(a, b);
  });
  return {
    element: canvas,
    set(m, trace, shown) {
      view = shown;
      areas = concurrency(m, trace, shown);
    },
    draw: () => areas && draw(canvas, areas, view),
  };
}

function drag(canvas, chosen) {
  let from = null;
  canvas.addEventListener('pointerdown', (event) => {
    from = event.offsetX;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => from !== null && chosen(from, event.offsetX));
  canvas.addEventListener('pointerup', (event) => {
    if (from !== null) chosen(from, event.offsetX);
    from = null;
  });
}

/** At each step, how many spans were alive that no child of theirs explains, and how many tasks were polled. */
function concurrency(m, trace, { lo, hi }) {
  const [alive, polled] = [new Float64Array(STEPS), new Float64Array(STEPS)];
  const scale = STEPS / Math.max(1, hi - lo);
  const add = (area, from, to) => {
    const [a, b] = [Math.max(0, (from - lo) * scale), Math.min(STEPS - 1e-6, (to - lo) * scale)];
    for (let at = Math.floor(a); at <= b; at++) area[at] += Math.min(at + 1, b) - Math.max(at, a);
  };
  for (let i = m.traces.first[trace]; i < m.traces.first[trace + 1]; i++) {
    innermost(m, i, (from, to) => add(alive, from, to));
    if (pollsOf(m, i) !== i || !pollsKnown(m, i)) continue;
    const [first, last] = [m.sliceFrom[i], m.sliceFrom[i + 1]];
    if (first === last) add(polled, m.start[i], m.end[i]);
    for (let k = first; k < last; k++) add(polled, m.sliceStart[k], m.sliceEnd[k]);
  }
  const most = (area) => area.reduce((max, value) => Math.max(max, value), 0);
  return {
    alive,
    polled,
    max: Math.max(1, most(alive), most(polled)),
    mostAlive: Math.ceil(most(alive) - 0.01),
  };
}

/** When a span was alive and none of its children was. */
function innermost(m, i, add) {
  let until = m.start[i];
  for (const child of children(m, i)) {
    if (m.start[child] > until) add(until, Math.min(m.start[child], m.end[i]));
    until = Math.max(until, m.end[child]);
    if (until >= m.end[i]) return;
  }
  add(until, m.end[i]);
}

function draw(canvas, areas, view) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext('2d');
  const colours = theme();
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.fillStyle = colours.raised;
  ctx.fillRect(0, 0, width, height);
  area(ctx, areas.alive, areas.max, width, height, colours.still(7));
  area(ctx, areas.polled, areas.max, width, height, colours.hue(0));
  ctx.font = FONT.replace('12px', '11px');
  ctx.fillStyle = colours.dim;
  ctx.textAlign = 'right';
  ctx.fillText(`up to ${counted(areas.mostAlive, 'span')} at once`, width - 8, 14);
  ctx.textAlign = 'left';
  if (view.isWhole) return;
  const scale = width / (view.hi - view.lo);
  const [from, to] = [(view.from - view.lo) * scale, (view.to - view.lo) * scale];
  ctx.fillStyle = colours.shade;
  ctx.fillRect(0, 0, from, height);
  ctx.fillRect(to, 0, width - to, height);
  ctx.strokeStyle = colours.fg;
  ctx.lineWidth = 1;
  ctx.strokeRect(Math.round(from) + 0.5, 0.5, Math.max(3, Math.round(to - from) - 1), height - 1);
}

function area(ctx, values, max, width, height, colour) {
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(0, height);
  values.forEach((value, at) => {
    const y = height - (value / max) * (height - 6);
    ctx.lineTo((at / values.length) * width, y);
    ctx.lineTo(((at + 1) / values.length) * width, y);
  });
  ctx.lineTo(width, height);
  ctx.fill();
}
