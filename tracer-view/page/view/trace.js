// One trace: what it is, what it waited for, its flame chart, and the span that was chosen.

import { count, counted, duration, moment, percent } from '../model/format.js';
import { CANCELLED, isFailed, spanId } from '../model/data.js';
import { button, el, fill, foreign } from './dom.js';
import { Flame } from './flame.js';
import { legend } from './legend.js';
import { panel } from './panel.js';
import { summary } from './summary.js';
import { spanTable, twin } from './table.js';
import { hueVariable } from './theme.js';

/** The view of one trace. */
export class TraceView {
  /** @param {object} app */
  constructor(app) {
    this.app = app;
    this.head = el('div.trace-head', null);
    this.waited = el('div.waited', null);
    this.side = el('aside.side', { 'aria-label': 'Span', tabindex: -1 });
    this.below = el('div.below', null);
    this.flame = new Flame({
      pick: (span) => this.pick(span),
      moved: () => this.moved(),
    });
    this.element = el(
      'div.trace',
      null,
      this.head,
      this.waited,
      el('div.stage', null, el('div.charts', null, this.flame.element, this.below), this.side),
    );
  }

  /** @param {object} place of the link */
  show(place) {
    const { app } = this;
    const trace = app.traceAt(place.trace);
    if (this.trace !== trace || this.m !== app.m) this.set(trace);
    this.flame.matches = app.found?.spans ?? null;
    const span = place.span ? app.spanAt(trace, place.span) : -1;
    if (place.from !== undefined) this.flame.view.show(place.from, place.to);
    if (span !== this.flame.selected) this.flame.select(span, place.from === undefined && this.fit);
    this.fit = false;
    this.beside();
    this.flame.ask();
  }

  set(trace) {
    const { app } = this;
    [this.trace, this.m] = [trace, app.m];
    this.picture = app.pictures.of(trace);
    this.flame.set(app.m, this.picture, app.hues);
    this.aside = undefined;
    this.heading();
    this.strip();
    const pick = (span) => this.pick(span);
    fill(
      this.below,
      legend(app, this.picture),
      twin('Spans as a table', () => spanTable(app.m, this.picture, pick)),
    );
  }

  heading() {
    const { m } = this;
    const { root, first, next, origins } = this.picture;
    const services = new Set(m.service.subarray(first, next));
    const id = m.traces.id[this.trace];
    fill(
      this.head,
      el(
        'h1',
        null,
        foreign(m.strings[m.name[root]] || '(no name)'),
        ' ',
        el('b.time', null, duration(m.end[root] - m.start[root])),
        isFailed(m, root) && el('span.tag.bad', null, 'failed'),
        m.outcome[root] === CANCELLED && el('span.tag', null, 'cancelled'),
      ),
      el(
        'p',
        null,
        [
          counted(next - first, 'span'),
          counted(this.picture.tasks, 'task'),
          services.size > 1 && counted(services.size, 'service'),
        ]
          .filter(Boolean)
          .join(' · '),
        ' · ',
        el('span', null, moment(m.traces.start[this.trace])),
        ' · ',
        el('code', { title: id }, id.slice(0, 8)),
        m.traces.count > 1 && [
          ' · ',
          el(
            'a.link',
            {
              href: this.app.link({
                view: 'compare',
                trace: id,
                span: undefined,
                from: undefined,
                to: undefined,
              }),
            },
            'compare',
          ),
        ],
        origins.length > 0 &&
          button('.origin', () => this.nextError(1), `✖ ${counted(origins.length, 'error')} began here`),
      ),
    );
  }

  /** Who holds the critical path, as one bar. */
  strip() {
    const { m, picture, app } = this;
    const whole = Math.max(1, m.end[picture.root] - m.start[picture.root]);
    const shown = picture.holders.filter((one, k) => k < 8 && one.time / whole > 0.012);
    const rest = picture.holders.slice(shown.length);
    const parts = shown.map((one) => {
      const share = one.time / whole;
      const name = m.strings[one.name] || '(no name)';
      return button(
        '.part',
        () => this.pick(one.longest, true),
        {
          style: { 'flex-grow': share, '--hue': hueVariable(app.hues.of[one.longest]) },
          title: `${name}: ${duration(one.time)}, ${percent(share)}, ${counted(one.spans, 'span')}`,
        },
        name,
        el('span', null, ` ${percent(share)}`),
      );
    });
    const left = rest.reduce((sum, one) => sum + one.time, 0);
    if (left > 0) {
      parts.push(
        el(
          'span.part.rest',
          {
            style: { 'flex-grow': left / whole },
            title: `${counted(rest.length, 'other')}: ${duration(left)}`,
          },
          '…',
        ),
      );
    }
    fill(this.waited, el('span.label', null, 'It waited for'), el('div.parts', null, parts));
  }

  pick(span, fit = false) {
    const { m, app } = this;
    this.fit = fit;
    app.go({
      view: 'flame',
      trace: m.traces.id[this.trace],
      span: span < 0 ? undefined : spanId(m, span),
      ...(fit ? { from: undefined, to: undefined } : {}),
    });
  }

  /** The window becomes part of the link when it has come to rest. */
  moved() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      const { view } = this.flame;
      const [from, to] = view.isWhole ? [undefined, undefined] : [Math.round(view.from), Math.round(view.to)];
      if (this.app.place.view === 'flame') this.app.go({ from, to }, { quietly: true });
    }, 250);
  }

  /** The chosen span, or what is to say of the trace. */
  beside() {
    const { selected } = this.flame;
    if (this.aside === selected) return;
    this.aside = selected;
    this.element.classList.toggle('has-span', selected >= 0);
    this.side.scrollTop = 0;
    const does = {
      hue: this.app.hues.of[Math.max(0, selected)],
      pick: (span) => this.pick(span),
      open: (trace, span) => this.app.go({ view: 'flame', trace, span, from: undefined, to: undefined }),
      close: () => this.pick(-1),
    };
    if (selected >= 0) panel(this.side, this.m, this.picture, selected, does);
    else summary(this.side, this.app, this.picture, (span) => this.pick(span, false));
  }

  /** Says anew what is to say of the trace: its findings have come. */
  refresh() {
    if (this.flame.selected >= 0) return;
    this.aside = undefined;
    this.beside();
  }

  nextError(step) {
    if (this.picture.origins.length === 0) this.app.say('No error began in this trace.');
    this.step(this.picture.origins, step);
  }

  /** The next or previous match of the search. */
  nextMatch(step) {
    const { spans } = this.app.found ?? {};
    const matches = [];
    for (let i = this.picture.first; spans && i < this.picture.next; i++) if (spans[i]) matches.push(i);
    matches.sort((a, b) => this.m.start[a] - this.m.start[b] || a - b);
    this.step(matches, step);
    return matches.length;
  }

  step(list, step) {
    if (list.length === 0) return;
    const at = list.indexOf(this.flame.selected);
    const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : (at + step + list.length) % list.length;
    this.pick(list[next]);
    this.app.say(`${count(next + 1)} of ${count(list.length)}`);
  }

  /** @param {string} key @returns {boolean} whether it meant something here */
  key(key) {
    const { flame } = this;
    const { view } = flame;
    const moves = {
      w: () => view.zoom(0.7),
      s: () => view.zoom(1 / 0.7),
      a: () => view.pan(-view.span * 0.2),
      d: () => view.pan(view.span * 0.2),
      ArrowLeft: () => view.pan(-view.span * 0.1),
      ArrowRight: () => view.pan(view.span * 0.1),
      ArrowUp: () => view.scroll(view.top - 46),
      ArrowDown: () => view.scroll(view.top + 46),
      f: () => (flame.selected >= 0 ? flame.fit(flame.selected) : view.reset()),
      0: () => view.reset(),
      c: () => {
        flame.showPath = !flame.showPath;
      },
    };
    if (moves[key]) flame.change(moves[key]);
    else if (key === 'e' || key === 'E') this.nextError(key === 'e' ? 1 : -1);
    else if (key === 'Escape' && flame.selected >= 0) this.pick(-1);
    else return false;
    return true;
  }
}
