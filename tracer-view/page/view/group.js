// Draws many equal siblings as one bar: how many of them were alive, from left to right.

import { count, duration, plain } from '../model/format.js';
import { write } from './bar.js';
import { BAR } from './measures.js';

/** Pixels of one step. */
const STEP = 2;

/** @param {CanvasRenderingContext2D} ctx @param {object} group @param {number} y */
export function paintGroup(ctx, { m, view, theme, hues, hovered }, group, y) {
  if (group.hi < view.from || group.lo > view.to) return;
  const left = Math.max(-2, view.x(group.lo));
  const width = Math.max(3, Math.min(view.width + 2, view.x(group.hi)) - left);
  const hue = hues.of[group.members[0]];
  ctx.fillStyle = theme.raised;
  ctx.fillRect(left, y, width, BAR);
  ctx.fillStyle = theme.tone(hue);
  for (const [at, alive] of density(m, view, group, left, width)) {
    const height = Math.max(2, (BAR - 2) * (alive / group.most));
    ctx.fillRect(left + at * STEP, y + BAR - 1 - height, STEP, height);
  }
  ctx.setLineDash([3, 2]);
  ctx.lineWidth = hovered === group ? 2 : 1;
  ctx.strokeStyle = group.failed > 0 ? theme.error : theme.hue(hue);
  ctx.strokeRect(left + 0.5, y + 0.5, width - 1, BAR - 1);
  ctx.setLineDash([]);
  if (width > 40) {
    ctx.fillStyle = theme.fg;
    write(ctx, groupTitle(m, group), Math.max(0, left) + 6, y + BAR / 2 + 0.5, width - 10);
  }
}

/** @returns {string} `▸ name ×12 …` */
export function groupTitle(m, group) {
  const name = plain(m.strings[m.name[group.members[0]]], { most: 200 });
  const failed = group.failed > 0 ? `  ⚠\ufe0e ${count(group.failed)}` : '';
  return (
    `▸ ${name} ×${count(group.members.length)}${failed}  p50 ${duration(group.p50)}` +
    `  p95 ${duration(group.p95)}  up to ${count(group.most)} at once`
  );
}

/** How many were alive at each step that had any. */
function density(m, view, group, left, width) {
  const steps = Math.ceil(width / STEP);
  const change = new Int32Array(steps + 2);
  for (const span of group.members) {
    if (m.end[span] < view.from || m.start[span] > view.to) continue;
    const from = Math.max(0, Math.floor((view.x(m.start[span]) - left) / STEP));
    const to = Math.min(steps, Math.ceil((view.x(m.end[span]) - left) / STEP));
    change[Math.min(from, steps)] += 1;
    change[Math.max(from, to) + 1 > steps ? steps + 1 : Math.max(from + 1, to)] -= 1;
  }
  const found = [];
  for (let at = 0, alive = 0; at < steps; at++) {
    alive += change[at];
    if (alive > 0) found.push([at, alive]);
  }
  return found;
}
