// The slowest requests of a kind beside all others: what they waited for, merged.

import { cohorts, kinds } from '../model/cohort.js';
import { spanId } from '../model/data.js';
import { count, counted, duration, percent, plain } from '../model/format.js';
import { el, fill, foreign } from './dom.js';
import { table, twin } from './table.js';
import { hueVariable } from './theme.js';

/** The view of both. */
export class SlowView {
  /** @param {object} app */
  constructor(app) {
    this.app = app;
    this.kind = 0;
    this.element = el('div.page', null);
  }

  show() {
    const { app } = this;
    const { m } = app;
    this.kinds ??= kinds(m);
    const kind = this.kinds[this.kind];
    const choice = el(
      'select',
      {
        'aria-label': 'Requests',
        change: (event) => {
          this.kind = Number(event.target.value);
          this.show();
        },
      },
      this.kinds
        .slice(0, 200)
        .map((one, k) =>
          el(
            'option',
            { value: k, selected: k === this.kind },
            `${plain(m.strings[one.name], { most: 80 })}  ×${count(one.traces.length)}`,
          ),
        ),
    );
    const head = el(
      'div.page-head',
      null,
      el('h1', null, 'Slow vs rest'),
      el(
        'p',
        null,
        'What requests of one kind waited for, averaged: the slowest twentieth above, all others below, on one scale. ',
        choice,
      ),
    );
    if (kind.traces.length < 3) {
      fill(
        this.element,
        head,
        el('p.empty', null, 'There are too few requests of this kind to tell slow ones from others.'),
      );
      return;
    }
    const { slow, rest } = this.made?.kind === kind ? this.made : cohorts(m, kind.traces);
    this.made = { kind, slow, rest };
    const scale = Math.max(slow.top.time, rest.top.time, 1);
    fill(
      this.element,
      head,
      this.cohort(`${counted(slow.count, 'slow request')}`, slow, rest, scale),
      this.cohort(
        `${counted(rest.count, 'other')}${rest.sampled < rest.count ? `, ${count(rest.sampled)} of them looked at` : ''}`,
        rest,
        slow,
        scale,
      ),
      twin('As a table', () => this.asTable(slow, rest)),
    );
  }

  cohort(title, { top }, other, scale) {
    const inside = el('div.icicle', null);
    const depth = this.put(inside, top, other.top, 0, scale, 0);
    inside.style.height = `${depth * 22 + 2}px`;
    return el(
      'section.cohort',
      null,
      el('h2', null, title, ' ', el('b', null, duration(top.time)), ' on average'),
      inside,
    );
  }

  /** Puts the nodes below one, side by side, the longest first. @returns {number} how deep they are */
  put(into, node, other, left, scale, depth) {
    const { app } = this;
    let [at, deepest] = [left, depth];
    const sorted = [...node.below].sort(([, a], [, b]) => b.time - a.time);
    for (const [key, one] of sorted) {
      const share = one.time / scale;
      if (share < 0.002) continue;
      const before = other?.below.get(key);
      const name = app.m.strings[one.name] || '(no name)';
      const more = one.time - (before?.time ?? 0);
      const text = `${name}: ${duration(one.time)} a request, ${more >= 0 ? '+' : '−'}${duration(Math.abs(more))} against the other`;
      into.append(
        el(
          'a.block',
          {
            href: app.link(this.link(one.longest)),
            title: text,
            style: {
              left: `${at * 100}%`,
              width: `calc(${share * 100}% - 1px)`,
              top: `${depth * 22}px`,
              '--hue': hueVariable(app.hues.of[one.span]),
            },
          },
          share > 0.03 && [
            name,
            el('span', null, ` ${duration(one.time)}`),
            more > 0.02 * scale && el('b', null, `  ▲ +${duration(more)}`),
          ],
        ),
      );
      deepest = Math.max(deepest, depth + 1, this.put(into, one, before, at, scale, depth + 1));
      at += share;
    }
    return deepest;
  }

  link(span) {
    const { m } = this.app;
    return {
      view: 'flame',
      trace: m.traces.id[m.trace[span]],
      span: spanId(m, span),
      from: undefined,
      to: undefined,
    };
  }

  asTable(slow, rest) {
    const { m } = this.app;
    const rows = [];
    const walk = (node, other, depth) => {
      for (const [key, one] of [...node.below].sort(([, a], [, b]) => b.time - a.time)) {
        rows.push({ one, before: other?.below.get(key), depth });
        walk(one, other?.below.get(key), depth + 1);
      }
    };
    walk(slow.top, rest.top, 0);
    const number = (title) => ({ title, class: 'number' });
    return table(
      {
        name: 'Slow requests against others',
        columns: [{ title: 'Operation' }, number('Slow'), number('Others'), number('Share of the slow')],
      },
      rows,
      ({ one, before, depth }) => [
        el('span', { style: { 'padding-left': `${depth * 14}px` } }, foreign(m.strings[one.name])),
        duration(one.time),
        before ? duration(before.time) : '–',
        percent(one.time / Math.max(1, slow.top.time)),
      ],
    );
  }

  key() {
    return false;
  }
}
