// All traces: how long they took, and which are worth opening.

import { criticalPath, holders } from '../model/critical.js';
import { counted, count, duration, moment, percent, plain } from '../model/format.js';
import { isFailed, lengthOf } from '../model/data.js';
import { el, fill, foreign } from './dom.js';
import { histogram } from './histogram.js';
import { table } from './table.js';
import { hueVariable } from './theme.js';

const BY = {
  duration: (m) => (t) => -lengthOf(m, t),
  start: (m) => (t) => -Number(m.traces.start[t]),
  spans: (m) => (t) => m.traces.first[t] - m.traces.first[t + 1],
  errors: (m) => (t) => -m.traces.failed[t],
};

/** The list of traces. */
export class TracesView {
  /** @param {object} app */
  constructor(app) {
    this.app = app;
    this.sorted = 'duration';
    this.element = el('div.page', null);
  }

  show() {
    const { app } = this;
    const { m, found } = app;
    const traces = [];
    for (let t = 0; t < m.traces.count; t++) if (!found || found.traces[t] > 0) traces.push(t);
    const rank = BY[this.sorted](m);
    const key = Float64Array.from({ length: m.traces.count }, (_, t) => rank(t));
    traces.sort((a, b) => key[a] - key[b] || a - b);
    const failed = traces.filter((t) => isFailed(m, m.traces.root[t])).length;
    fill(
      this.element,
      el(
        'div.page-head',
        null,
        el('h1', null, 'Traces'),
        el(
          'p',
          null,
          found
            ? `${count(traces.length)} of ${counted(m.traces.count, 'trace')} match`
            : counted(traces.length, 'trace'),
          failed > 0 && el('span.bad', null, ` · ${count(failed)} failed`),
          evicted(m),
        ),
      ),
      traces.length > 1 && histogram(app, traces),
      traces.length > 0 ? this.list(traces) : el('p.empty', null, 'No trace matches the search.'),
    );
  }

  list(traces) {
    const { m } = this.app;
    const longest = Math.max(1, ...traces.slice(0, 1000).map((t) => lengthOf(m, t)));
    const columns = [
      { title: 'Trace' },
      { title: 'Duration', class: 'number', sort: 'duration' },
      { title: '', class: 'wide' },
      { title: 'Waited for', class: 'holder' },
      { title: 'Spans', class: 'number', sort: 'spans' },
      { title: 'Errors', class: 'number', sort: 'errors' },
      { title: 'Started', class: 'number when', sort: 'start' },
    ];
    const sort = (by) => {
      this.sorted = by;
      this.show();
    };
    return table(
      { name: 'Traces', columns, sorted: this.sorted, sort },
      traces,
      (t) => this.cells(t, longest),
      (t) => ({
        class: 'row',
        click: (event) => event.target.closest('a') || this.app.go(this.link(t)),
      }),
    );
  }

  link(t) {
    return { view: 'flame', trace: this.app.m.traces.id[t], span: undefined, from: undefined, to: undefined };
  }

  cells(t, longest) {
    const { app } = this;
    const { m } = app;
    const root = m.traces.root[t];
    const state = m.outcome[root] === 1 ? 'cancelled' : isFailed(m, root) ? 'failed' : '';
    const share = Math.max(0.004, lengthOf(m, t) / longest);
    return [
      el(
        'a',
        { href: app.link(this.link(t)) },
        el('i.dot', { style: { '--hue': hueVariable(app.hues.of[root]) } }),
        foreign(m.strings[m.name[root]] || '(no name)'),
        state && el(state === 'failed' ? 'span.tag.bad' : 'span.tag', null, state),
      ),
      duration(lengthOf(m, t)),
      el('span.bar', {
        style: {
          '--share': share,
          '--hue': state === 'failed' ? 'var(--error)' : hueVariable(app.hues.of[root]),
        },
      }),
      this.holder(t),
      count(m.traces.first[t + 1] - m.traces.first[t]),
      m.traces.failed[t] > 0 ? el('span.bad', null, count(m.traces.failed[t])) : '',
      moment(m.traces.start[t]).slice(11),
    ];
  }

  /** What held it longest. */
  holder(t) {
    const { m } = this.app;
    const [most] = holders(m, criticalPath(m, m.traces.root[t]));
    return (
      most && [
        plain(m.strings[most.name], { most: 60 }),
        ' ',
        el('b', null, percent(most.time / Math.max(1, lengthOf(m, t)))),
      ]
    );
  }

  key() {
    return false;
  }
}

/** What was left out of the page, if anything was. @param {import('../model/data.js').Model} m */
export function evicted(m) {
  const { traces, spans } = m.evicted;
  return (
    traces > 0 &&
    el(
      'span',
      null,
      ` · ${counted(traces, 'more trace')} with ${counted(spans, 'span')} had no room and are not here`,
    )
  );
}
