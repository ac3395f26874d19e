// All operations in one table: rate, errors, durations, and where the time went.

import { operations } from '../model/operations.js';
import { spanId } from '../model/data.js';
import { count, counted, duration, percent, three } from '../model/format.js';
import { el, fill, foreign } from './dom.js';
import { table } from './table.js';
import { hueVariable } from './theme.js';

const COLUMNS = [
  { title: 'Operation' },
  { title: 'Service', class: 'service' },
  { title: 'Count', class: 'number', sort: 'count' },
  { title: 'Rate', class: 'number', sort: 'rate' },
  { title: 'Errors', class: 'number', sort: 'failed' },
  { title: 'p50', class: 'number', sort: 'p50' },
  { title: 'p95', class: 'number', sort: 'p95' },
  { title: 'p99', class: 'number', sort: 'p99' },
  { title: 'Self time', class: 'number', sort: 'self' },
  { title: '', class: 'wide' },
  { title: 'Polled', class: 'number', sort: 'polled' },
];

/** The table of operations. */
export class OperationsView {
  /** @param {object} app */
  constructor(app) {
    this.app = app;
    this.sorted = 'self';
    this.element = el('div.page', null);
  }

  show() {
    const { app } = this;
    if (this.made !== app.searched || !this.rows) {
      this.made = app.searched;
      this.rows = operations(app.m, app.found?.spans);
    }
    this.rows.sort((a, b) => b[this.sorted] - a[this.sorted]);
    const sort = (by) => {
      this.sorted = by;
      this.show();
    };
    const most = Math.max(1, ...this.rows.map((row) => row.self));
    fill(
      this.element,
      el(
        'div.page-head',
        null,
        el('h1', null, 'Operations'),
        el(
          'p',
          null,
          `${counted(this.rows.length, 'operation')}. Self time is what no child of a span explains; a click opens the slowest span.`,
        ),
      ),
      table({ name: 'Operations', columns: COLUMNS, sorted: this.sorted, sort }, this.rows, (row) =>
        this.cells(row, most),
      ),
    );
  }

  cells(row, most) {
    const { app } = this;
    const { m } = app;
    const hue = { '--hue': hueVariable(app.hues.of[row.longest]) };
    const link = {
      view: 'flame',
      trace: m.traces.id[m.trace[row.longest]],
      span: spanId(m, row.longest),
      from: undefined,
      to: undefined,
    };
    return [
      el(
        'a',
        { href: app.link(link) },
        el('i.dot', { style: hue }),
        foreign(m.strings[row.name] || '(no name)'),
      ),
      m.strings[row.service],
      count(row.count),
      `${three(row.rate)}/s`,
      row.failed > 0 ? el('span.bad', null, percent(row.failed / row.count)) : '0 %',
      duration(row.p50),
      duration(row.p95),
      duration(row.p99),
      duration(row.self),
      el('span.bar', { style: { '--share': Math.max(0.004, row.self / most), ...hue } }),
      row.polled >= 0 ? percent(row.polled / Math.max(1, row.total)) : '–',
    ];
  }

  key() {
    return false;
  }
}
