// Draws one bar: when the span was alive, when it was polled, how it ended, whether it was waited for.

import { CANCELLED, OPEN, PANICKED, argumentsOf, isFailed, isOrigin, isSpawned, pollsKnown, pollsOf } from '../model/data.js';
import { duration, plain } from '../model/format.js';
import { BAR } from './measures.js';

/** The bar without its label. */
export function bar(ctx, scene, span, x, y, end) {
  const { m, theme, hues, matches, selected, hovered } = scene;
  const width = Math.max(1.5, end - x - 0.75);
  const hue = hues.of[span];
  const known = pollsKnown(m, span);
  ctx.globalAlpha = matches && !matches[span] ? 0.22 : 1;
  const panicked = m.outcome[span] === PANICKED;
  ctx.fillStyle = panicked ? theme.errorPale : known ? theme.pale(hue) : theme.still(hue);
  if (width < 4) {
    ctx.fillStyle = isOrigin(m, span) ? theme.error : theme.tone(hue);
    ctx.fillRect(x, y, width, BAR);
  } else {
    box(ctx, x, y, width);
    ctx.fill();
    if (known) polls(ctx, scene, span, x, y, width);
    ctx.fillStyle = panicked ? theme.error : theme.hue(hue);
    ctx.fillRect(x, y, 2, BAR);
    outcome(ctx, scene, span, x, y, width);
  }
  if (scene.showPath) spine(ctx, scene, span, y);
  ctx.globalAlpha = 1;
  if (span === selected || span === hovered) {
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = span === selected ? 2 : 1;
    box(ctx, x, y - 0.5, width, BAR + 1);
    ctx.stroke();
  }
}

function box(ctx, x, y, width, height = BAR) {
  ctx.beginPath();
  ctx.roundRect(x, y, width, height, Math.min(3, width / 2));
}

/** When its task was being polled: the darker parts. */
function polls(ctx, { m, view, theme, hues }, span, x, y, width) {
  ctx.fillStyle = theme.tone(hues.of[span]);
  const of = pollsOf(m, span);
  const [first, last] = [m.sliceFrom[of], m.sliceFrom[of + 1]];
  if (first === last) {
    box(ctx, x, y, width);
    ctx.fill();
    return;
  }
  let until = x;
  for (let k = first; k < last; k++) {
    const from = Math.max(x, view.x(m.sliceStart[k]));
    const to = Math.min(x + width, view.x(m.sliceEnd[k]));
    if (to < x || from > x + width || to < until + 0.4) continue;
    const shown = Math.min(Math.max(1, to - from), x + width - from);
    if (shown > 0) ctx.fillRect(from, y, shown, BAR);
    until = from + shown;
  }
}

/** What is not an ordinary end. */
function outcome(ctx, { m, theme, view }, span, x, y, width) {
  if (m.outcome[span] === CANCELLED) hatch(ctx, theme, x, y, view.x(m.end[span]) - x);
  if (m.outcome[span] === OPEN) {
    ctx.strokeStyle = theme.dim;
    ctx.setLineDash([2, 2]);
    ctx.strokeRect(x + 0.5, y + 0.5, width - 1, BAR - 1);
    ctx.setLineDash([]);
  }
  if (!isFailed(m, span)) return;
  ctx.strokeStyle = theme.error;
  ctx.lineWidth = isOrigin(m, span) ? 2 : 1;
  const inset = ctx.lineWidth / 2;
  box(ctx, x + inset, y + inset, width - 2 * inset, BAR - 2 * inset);
  ctx.stroke();
  if (!isOrigin(m, span)) return;
  const at = Math.max(0, x);
  ctx.fillStyle = theme.error;
  ctx.fillRect(at, y, Math.min(17, width), BAR);
  if (width < 17 || at > view.width) return;
  ctx.strokeStyle = theme.bg;
  ctx.lineWidth = 2;
  ctx.beginPath();
  for (const [from, to] of [
    [-3.5, 3.5],
    [3.5, -3.5],
  ]) {
    ctx.moveTo(at + 8.5 - 3.5, y + BAR / 2 + from);
    ctx.lineTo(at + 8.5 + 3.5, y + BAR / 2 + to);
  }
  ctx.stroke();
}

/** Cancelled: its end is hatched. */
function hatch(ctx, theme, x, y, width) {
  const from = Math.max(x, x + width - 36);
  // Its end may be far outside: then there is nothing to draw.
  if (from > ctx.canvas.width) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, y, x + width - from, BAR);
  ctx.clip();
  ctx.strokeStyle = theme.dim;
  ctx.lineWidth = 1.2;
  ctx.beginPath();
  for (let at = from - BAR; at < x + width; at += 5) {
    ctx.moveTo(at, y + BAR);
    ctx.lineTo(at + BAR, y);
  }
  ctx.stroke();
  ctx.restore();
  ctx.fillStyle = theme.dim;
  ctx.fillRect(x + width - 2, y, 2, BAR);
}

/** The parts of the critical path that are its own: a line below it. */
function spine(ctx, { path, view, theme }, span, y) {
  const own = path.get(span);
  if (!own) return;
  ctx.globalAlpha = 1;
  ctx.fillStyle = theme.path;
  for (const [from, to] of own) {
    const left = Math.max(0, view.x(from));
    const right = Math.min(view.width, view.x(to));
    if (right > left) ctx.fillRect(left, y + BAR - 2, Math.max(1, right - left), 4);
  }
}

const widths = new Map();

/** How wide a text is, asked once for each. */
export function widthOf(ctx, text) {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > 20000) widths.clear();
    widths.set(text, (width = ctx.measureText(text).width));
  }
  return width;
}

/** As much of a text as has room. @returns {number} the width taken */
export function write(ctx, text, x, y, room) {
  const width = widthOf(ctx, text);
  if (width <= room) {
    ctx.fillText(text, x, y);
    return width;
  }
  const letters = Math.floor((text.length * (room - 8)) / width);
  if (letters < 2) return room;
  ctx.fillText(`${text.slice(0, letters)}…`, x, y);
  return room;
}

/** Name and duration, as far as there is room. */
export function label(ctx, { m, theme, view, matches }, { span, x, y, end }) {
  const origin = isOrigin(m, span) && end - x > 20;
  const left = Math.max(0, x) + (origin ? 22 : 6);
  const room = Math.min(end, view.width) - left - 4;
  if (room < 12) return;
  ctx.globalAlpha = matches && !matches[span] ? 0.45 : 1;
  ctx.fillStyle = theme.fg;
  const middle = y + BAR / 2 + 0.5;
  let taken = write(ctx, title(m, span), left, middle, room);
  const told = toldOf(m, span);
  if (told && room - taken > 40) {
    ctx.globalAlpha *= 0.8;
    taken += write(ctx, told, left + taken, middle, room - taken);
    ctx.globalAlpha /= 0.8;
  }
  const time = duration(m.end[span] - m.start[span]);
  if (room - taken > widthOf(ctx, time) + 8) {
    ctx.globalAlpha *= 0.72;
    ctx.fillText(time, left + taken + 8, middle);
  }
  ctx.globalAlpha = 1;
}

const called = new WeakMap();

/** The arguments of a span in brackets, made once. */
export function toldOf(m, span) {
  if (!called.has(m)) called.set(m, new Map());
  const known = called.get(m);
  if (!known.has(span)) {
    const told = argumentsOf(m, span);
    known.set(span, told && `(${plain(told, { most: 120 })})`);
  }
  return known.get(span);
}

const titles = new Map();

/** The name of a span with marks for what it is. */
export function title(m, span) {
  const passed = isFailed(m, span) && !isOrigin(m, span) ? '⚠\ufe0e ' : '';
  const spawned = isSpawned(m, span) ? '⇢ ' : '';
  const name = m.strings[m.name[span]];
  if (!titles.has(name)) titles.set(name, plain(name, { most: 200 }) || '(no name)');
  return passed + spawned + titles.get(name);
}
