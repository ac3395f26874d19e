// Who woke the task of the chosen span: lines from the waker's bar to where it was polled again.

import { AXIS, BAR, rowY } from './measures.js';

/** More lines than this would hide what they are about. */
const MOST = 200;

/** @param {CanvasRenderingContext2D} ctx @param {import('./paint.js').Scene} scene */
export function wakes(ctx, scene) {
  const { m, lanes, selected } = scene;
  if (selected < 0 || lanes.folded[selected - lanes.first]) return;
  const owner = m.owner[selected];
  const first = m.wakeFrom[owner];
  const last = Math.min(m.wakeFrom[owner + 1], first + MOST);
  for (let k = first; k < last; k++) {
    const by = m.wakeBy[k];
    if (by < 0 || m.trace[by] !== m.trace[owner] || m.owner[by] === owner) continue;
    if (m.wakeAt[k] >= m.start[selected] && m.wakeAt[k] <= m.end[selected]) line(ctx, scene, k, by);
  }
}

function line(ctx, { m, lanes, view, theme, selected }, k, by) {
  const x = view.x(m.wakeAt[k]);
  if (x < 0 || x > view.width) return;
  const to = view.x(m.wakeAt[k] + Math.max(0, m.wakeWaited[k]));
  const [from, end] = [by, selected].map((span) => rowY(view, lanes.row[span - lanes.first]) + BAR / 2);
  const down = Math.sign(end - from);
  const tip = end - (down * BAR) / 2;
  ctx.strokeStyle = ctx.fillStyle = theme.fg;
  ctx.lineWidth = 1.2;
  ctx.setLineDash([4, 3]);
  ctx.beginPath();
  ctx.moveTo(x, Math.max(AXIS, from));
  ctx.lineTo(to, Math.max(AXIS, tip));
  ctx.stroke();
  ctx.setLineDash([]);
  if (tip < AXIS) return;
  ctx.beginPath();
  ctx.arc(x, from, 2.5, 0, 7);
  ctx.moveTo(to - 4, tip - down * 7);
  ctx.lineTo(to, tip);
  ctx.lineTo(to + 4, tip - down * 7);
  ctx.fill();
}
