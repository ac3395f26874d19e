// Two traces side by side: where the difference of their durations went.

import { compare, usual } from '../model/compare.js';
import { lengthOf, spanId } from '../model/data.js';
import { duration, moment, plain } from '../model/format.js';
import { el, fill, foreign } from './dom.js';
import { table } from './table.js';
import { hueVariable } from './theme.js';

/** The view of two. */
export class CompareView {
  /** @param {object} app */
  constructor(app) {
    this.app = app;
    this.element = el('div.page', null);
  }

  /** @param {object} place of the link */
  show(place) {
    const { app } = this;
    const { m } = app;
    const a = app.traceAt(place.trace);
    const given = place.compare === undefined ? -1 : m.traces.id.indexOf(place.compare);
    const b = given >= 0 ? given : usual(m, a);
    const head = el('div.page-head', null, el('h1', null, 'Compare'));
    if (b < 0) {
      fill(this.element, head, el('p.empty', null, 'There is no second request of this kind.'));
      return;
    }
    const rows = compare(m, app.pictures.of(a), app.pictures.of(b));
    const more = lengthOf(m, a) - lengthOf(m, b);
    head.append(
      el(
        'p',
        null,
        'A took ',
        el('b', null, duration(Math.abs(more))),
        more >= 0 ? ' longer' : ' less',
        ' than B. What each waited for adds up to that.',
      ),
    );
    const most = Math.max(1, ...rows.map((row) => Math.abs(row.a - row.b)));
    const number = (title) => ({ title, class: 'number' });
    fill(
      this.element,
      head,
      el(
        'div.sides',
        null,
        this.side('A', a, (id) => ({ trace: id })),
        this.side('B', b, (id) => ({ compare: id })),
      ),
      table(
        {
          name: 'Differences',
          columns: [
            { title: 'Operation' },
            { title: 'Service', class: 'service' },
            number('A waited'),
            number('B waited'),
            number('Difference'),
            { title: '', class: 'wide' },
          ],
        },
        rows,
        (row) => this.cells(row, most),
      ),
    );
  }

  side(name, trace, change) {
    const { app } = this;
    const { m } = app;
    const root = m.traces.root[trace];
    const alike = [];
    for (let t = 0; t < m.traces.count && alike.length < 300; t++)
      if (m.name[m.traces.root[t]] === m.name[root] || t === trace) alike.push(t);
    if (!alike.includes(trace)) alike.push(trace);
    const choose = (event) => app.go(change(m.traces.id[Number(event.target.value)]));
    return el(
      'section.one-side',
      null,
      el('h2', null, name, ' ', el('b', null, duration(lengthOf(m, trace)))),
      el(
        'select',
        { change: choose, 'aria-label': `Trace ${name}` },
        alike.map((t) =>
          el(
            'option',
            { value: t, selected: t === trace },
            `${plain(m.strings[m.name[m.traces.root[t]]], { most: 60 })} · ${duration(lengthOf(m, t))} · ${moment(m.traces.start[t]).slice(11)}`,
          ),
        ),
      ),
      el(
        'a',
        {
          href: app.link({
            view: 'flame',
            trace: m.traces.id[trace],
            span: undefined,
            from: undefined,
            to: undefined,
          }),
        },
        'open its flame chart',
      ),
    );
  }

  cells(row, most) {
    const { app } = this;
    const { m } = app;
    const more = row.a - row.b;
    const span = row.spans[0] >= 0 ? row.spans[0] : row.spans[1];
    const link = {
      view: 'flame',
      trace: m.traces.id[m.trace[span]],
      span: spanId(m, span),
      from: undefined,
      to: undefined,
    };
    return [
      el(
        'a',
        { href: app.link(link) },
        el('i.dot', { style: { '--hue': hueVariable(app.hues.of[span]) } }),
        foreign(m.strings[row.name] || '(no name)'),
      ),
      m.strings[row.service],
      duration(row.a),
      duration(row.b),
      more === 0 ? 'the same' : `${more > 0 ? '+' : '−'}${duration(Math.abs(more))}`,
      more !== 0 &&
        el(more >= 0 ? 'span.bar' : 'span.bar.less', {
          style: {
            '--share': Math.max(0.004, Math.abs(more) / most),
            '--hue': more >= 0 ? 'var(--error)' : 'var(--hue2)',
          },
        }),
    ];
  }

  key() {
    return false;
  }
}
