// Draws the part of a flame chart that is seen.

import { duration } from '../model/format.js';
import { bar, label } from './bar.js';
import { paintGroup } from './group.js';
import { AXIS, BAR, FONT, ROW, rowY } from './measures.js';
import { wakes } from './wakes.js';

/**
 * @typedef {object} Scene
 * @property {import('../model/data.js').Model} m
 * @property {import('../model/layout.js').Layout} lanes
 * @property {Map<number, [number, number][]>} path  @property {boolean} showPath
 * @property {import('./window.js').View} view  @property {object} theme
 * @property {{of: Uint8Array}} hues  @property {number} selected  @property {number} hovered
 * @property {Uint8Array | null} matches  by span; what does not match is faint
 */

/** @param {CanvasRenderingContext2D} ctx @param {Scene} scene */
export function paint(ctx, scene) {
  const { view, theme, lanes } = scene;
  ctx.globalAlpha = 1;
  ctx.fillStyle = theme.bg;
  ctx.fillRect(0, 0, view.width, view.height);
  ctx.font = FONT;
  ctx.textBaseline = 'middle';
  const marks = grid(ctx, scene);
  const first = Math.max(0, Math.floor((view.top - AXIS) / ROW));
  const last = Math.min(lanes.rows.length - 1, Math.ceil((view.top + view.height) / ROW));
  for (let row = first; row <= last; row++) forks(ctx, scene, row);
  const labels = [];
  for (let row = first; row <= last; row++) {
    for (const group of lanes.groupsOf.get(row) ?? []) paintGroup(ctx, scene, group, rowY(view, row));
    bars(ctx, scene, row, labels);
  }
  for (const one of labels) label(ctx, scene, one);
  wakes(ctx, scene);
  axis(ctx, scene, marks);
}

/** The first bar of a row that ends after a moment. @param {Int32Array} bars */
export function firstAfter(m, bars, time, from = 0) {
  let [low, high] = [from, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (m.end[bars[middle]] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function grid(ctx, { view, theme, m, lanes }) {
  const rough = view.span / Math.max(2, view.width / 120);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((x) => x * power).find((x) => x >= rough) ?? power * 10;
  const zero = lanes.zero ?? 0;
  const marks = [];
  ctx.fillStyle = theme.grid;
  for (let at = Math.ceil((view.from - zero) / step) * step; at <= view.to - zero; at += step) {
    const x = Math.round(view.x(at + zero));
    ctx.fillRect(x, AXIS, 1, view.height);
    marks.push([x, Math.abs(at) < step / 2 ? '0' : duration(at)]);
  }
  return marks;
}

function axis(ctx, { view, theme }, marks) {
  ctx.fillStyle = theme.raised;
  ctx.fillRect(0, 0, view.width, AXIS - 3);
  ctx.fillStyle = theme.line;
  ctx.fillRect(0, AXIS - 4, view.width, 1);
  ctx.font = FONT;
  for (const [x, text] of marks) {
    ctx.fillStyle = theme.line;
    ctx.fillRect(x, AXIS - 9, 1, 5);
    ctx.fillStyle = theme.dim;
    ctx.fillText(text, x + 4, AXIS / 2 - 2);
  }
}

/** Lines from parents to children that are not right below them: else a lane looks like a child. */
function forks(ctx, scene, row) {
  const { m, lanes, view, theme } = scene;
  const all = lanes.rows[row];
  const y = rowY(view, row) + BAR / 2;
  let before = -9;
  for (let k = firstAfter(m, all, view.from); k < all.length && m.start[all[k]] < view.to; k++) {
    const x = Math.round(view.x(m.start[all[k]])) - 3.5;
    if (x - before < 3) continue;
    if (fork(ctx, scene, all[k], row, x, y, theme)) before = x;
  }
  for (const group of lanes.groupsOf.get(row) ?? []) {
    const x = Math.round(view.x(m.start[group.members[0]])) - 3.5;
    if (group.parent >= 0) fork(ctx, scene, group.members[0], row, x, y, theme);
  }
}

function fork(ctx, { m, lanes, view, hues }, span, row, x, y, theme) {
  const parent = m.parent[span];
  if (parent < 0) return false;
  const above = lanes.row[parent - lanes.first];
  if (row - above < 2 || x < -4) return false;
  const top = Math.max(AXIS - 4, rowY(view, above) + BAR);
  ctx.strokeStyle = theme.hue(hues.of[parent]);
  ctx.globalAlpha = 0.6;
  ctx.lineWidth = 1;
  ctx.setLineDash(m.flags[span] & 1 ? [2, 2] : []);
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, y - 3.5);
  ctx.quadraticCurveTo(x, y - 0.5, x + 3, y - 0.5);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  return true;
}

function bars(ctx, scene, row, labels) {
  const { m, lanes, view } = scene;
  const all = lanes.rows[row];
  const y = rowY(view, row);
  let k = firstAfter(m, all, view.from);
  while (k < all.length && m.start[all[k]] < view.to) {
    const span = all[k];
    const x = Math.max(-4, view.x(m.start[span]));
    const end = Math.min(view.width + 4, view.x(m.end[span]));
    bar(ctx, scene, span, x, y, end);
    if (end - x > 24) labels.push({ span, x, y, end });
    // Of what ends within a pixel, one bar stands for all.
    k = end - x < 1 ? firstAfter(m, all, view.time(x + 1.5), k + 1) : k + 1;
  }
}
