// The flame chart of one trace: minimap, chart, and how hands and keys move it.

import { duration, plain, percent } from '../model/format.js';
import { polled } from '../model/data.js';
import { title, toldOf } from './bar.js';
import { el } from './dom.js';
import { groupTitle } from './group.js';
import { hands } from './hands.js';
import { AXIS, BAR, ROW, rowY } from './measures.js';
import { minimap } from './minimap.js';
import { firstAfter, paint } from './paint.js';
import { theme } from './theme.js';
import { View } from './window.js';

/** A chart that shows one picture after the other. */
export class Flame {
  /**
   * @param {{pick: (span: number) => void, moved: () => void}} heard  pick: -1 where nothing is
   */
  constructor(heard) {
    this.heard = heard;
    this.showPath = true;
    this.selected = -1;
    this.hovered = -1;
    this.matches = null;
    this.canvas = el('canvas.flame', {
      tabindex: 0,
      role: 'img',
      'aria-label': 'Flame chart. Its spans are in the table below the chart.',
    });
    this.minimap = minimap((from, to) => this.change(() => this.view.show(from, to)));
    this.tip = el('div.tip', { hidden: true });
    this.element = el('div.chart', null, this.minimap.element, this.canvas, this.tip);
    this.drawn = { time: 0, worst: 0 };
    hands(this.canvas, this);
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  /** @param {import('../model/data.js').Model} m @param {object} picture @param {object} hues */
  set(m, picture, hues) {
    [this.m, this.picture, this.hues] = [m, picture, hues];
    const { lo, hi } = picture.lanes;
    // A little room at both sides, for lines and marks.
    const margin = (hi - lo) * 0.008;
    this.view = new View(lo - margin, hi + margin);
    [this.selected, this.hovered] = [-1, -1];
    this.minimap.set(m, picture.trace, this.view);
    this.draw();
  }

  /** Changes what is seen, draws it with the next frame, and tells. @param {() => void} how */
  change(how) {
    how();
    this.ask();
    this.heard.moved();
  }

  ask() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.asked = 0;
    const { canvas, view, picture } = this;
    if (!picture || canvas.clientWidth === 0) return;
    const began = performance.now();
    const ratio = devicePixelRatio || 1;
    [view.width, view.height] = [canvas.clientWidth, canvas.clientHeight];
    view.content = picture.lanes.rows.length * ROW + AXIS + 8;
    view.scroll(view.top);
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const ctx = canvas.getContext('2d', { alpha: false });
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(ctx, { ...this.scene(), view, theme: theme() });
    this.minimap.draw();
    this.drawn.time = performance.now() - began;
  }

  scene() {
    const { m, picture, hues, selected, hovered, matches, showPath } = this;
    return { m, lanes: picture.lanes, path: picture.path, hues, selected, hovered, matches, showPath };
  }

  /** What is there: a span, a group, or -1. */
  at(x, y) {
    const row = Math.floor((y - AXIS + this.view.top) / ROW);
    const { lanes } = this.picture;
    if (y < AXIS || row < 0 || row >= lanes.rows.length) return -1;
    const time = this.view.time(x);
    const near = (3 / this.view.width) * this.view.span;
    const group = (lanes.groupsOf.get(row) ?? []).find((one) => one.lo - near <= time && time <= one.hi + near);
    if (group) return group;
    const bars = lanes.rows[row];
    const k = firstAfter(this.m, bars, time - near);
    return k < bars.length && this.m.start[bars[k]] <= time + near ? bars[k] : -1;
  }

  /** A click or a touch: chooses a span, unfolds a group. */
  click(x, y) {
    const there = this.at(x, y);
    if (typeof there === 'object') {
      this.picture.unfold(there.key);
      this.draw();
      return;
    }
    this.heard.pick(there);
  }

  hover(x, y) {
    const there = x < 0 ? -1 : this.at(x, y);
    if (there !== this.hovered) {
      this.hovered = there;
      this.ask();
    }
    this.tip.hidden = there === -1;
    if (there === -1) return;
    this.tip.textContent =
      typeof there === 'object' ? `${groupTitle(this.m, there).slice(2)} · click to unfold` : this.about(there);
    const left = Math.min(x + 14, this.view.width - this.tip.offsetWidth - 6);
    const under = this.canvas.offsetTop + y + 18;
    this.tip.style.left = `${Math.max(4, left)}px`;
    this.tip.style.top = `${Math.min(under, this.element.clientHeight - this.tip.offsetHeight - 4)}px`;
  }

  about(span) {
    const { m } = this;
    const length = m.end[span] - m.start[span];
    const known = polled(m, span);
    const service = plain(m.strings[m.service[span]], { most: 60 });
    const busy = known ? ` · polled ${duration(known.total)} (${percent(known.total / length)})` : '';
    return `${service ? `${service} · ` : ''}${title(m, span)}${toldOf(m, span)} · ${duration(length)}${busy}`;
  }

  /** Chooses a span; `fit` brings it to where it is seen whole. */
  select(span, fit) {
    this.selected = span;
    if (span >= 0) {
      this.picture.reveal(span);
      const { m, view } = this;
      const outside = m.end[span] < view.from || m.start[span] > view.to;
      if (fit) this.fit(span);
      else if (outside) view.show(m.start[span] - view.span / 3, m.start[span] + (view.span * 2) / 3);
      this.intoSight(span);
    }
    this.ask();
  }

  intoSight(span) {
    const y = rowY(this.view, this.picture.lanes.row[span - this.picture.first]);
    const { height } = this.view;
    if (height > 1 && (y < AXIS || y + BAR > height)) this.view.scroll(this.view.top + y - height / 3);
  }

  fit(span) {
    const { m, view } = this;
    const margin = (m.end[span] - m.start[span]) * 0.06 + 20;
    view.show(m.start[span] - margin, m.end[span] + margin);
  }
}
