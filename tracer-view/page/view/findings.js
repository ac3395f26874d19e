// What is worth a look, the worst first, as cards.

import { LONG_POLL } from '../model/findings.js';
import { place, spanId } from '../model/data.js';
import { count, counted, duration } from '../model/format.js';
import { el, fill, foreign } from './dom.js';
import { evicted } from './traces.js';

/** What each kind says: a mark, a title, what it costs, and what to do about it. */
const KINDS = {
  blocked: {
    mark: '■',
    name: 'Blocked the executor',
    title: (name) => [name, ' kept its thread busy'],
    cost: (one) => `${duration(one.worst)} in one poll`,
    advice: `A poll longer than ${duration(LONG_POLL)} lets no other task run on its thread: spawn_blocking, or yield.`,
  },
  slow: {
    mark: '◷',
    name: 'Slow request',
    title: (name, one, told, m) => [
      foreign(m.strings[m.name[m.traces.root[one.trace]]].slice(0, 80)),
      ` took ${duration(one.count)} instead of ${duration(one.count - one.worst)}, waiting for `,
      name,
      m.strings[m.service[one.span]] !== m.strings[m.service[m.traces.root[one.trace]]] &&
        ` in ${m.strings[m.service[one.span]]}`,
    ],
    cost: (one) => `${duration(one.worst)} more than usual`,
    advice: 'Much slower than the one in the middle of its kind: the span that held it longest.',
  },
  sequence: {
    mark: '⋯',
    name: 'One after the other',
    title: (name, one) => [`${count(one.count)} × `, name, ' in sequence'],
    cost: (one) => `${duration(one.worst)} could be saved`,
    advice: 'Equal calls that wait for each other: run them together, or ask once for all.',
  },
  pool: {
    mark: '≡',
    name: 'Waited in line',
    title: (name) => ['waited in ', name],
    cost: (one) => `${duration(one.worst)} of the request`,
    advice: 'A pool or lock had nothing free: hold it shorter, or make it larger.',
  },
  error: {
    mark: '✖',
    name: 'Error',
    title: (name, one, error) => [
      name,
      error.message ? [': ', foreign(error.message.slice(0, 160))] : ` failed ${error.type}`,
    ],
    cost: (one) => `${counted(one.times, 'time')}`,
    advice: 'Where the error began; spans above it passed it on.',
  },
  retry: {
    mark: '↻',
    name: 'Retried',
    title: (name, one) => [name, ` took ${count(one.count)} attempts`],
    cost: (one) => `${duration(one.worst)} until the last attempt`,
    advice: 'Attempts that failed before one that was the last.',
  },
  outlived: {
    mark: '⇢',
    name: 'Outlived its request',
    title: (name) => [name, ' ran on'],
    cost: (one) => `${duration(one.worst)} after the request`,
    advice: 'Work that nobody waited for. Meant to be so? It still holds what it took from the request.',
  },
  cancelled: {
    mark: '⊘',
    name: 'Cancelled late',
    title: (name) => [name, ' was cancelled'],
    cost: (one) => `after ${duration(one.worst)}`,
    advice: 'Who asked was gone, or a time ran out: what was done until then was in vain.',
  },
};

/** One finding, as a link to the span. @param {object} app @param {import('../model/findings.js').Finding} one */
export function card(app, one, attributes = {}) {
  const { m } = app;
  const kind = KINDS[one.kind];
  const error = m.errors[one.span];
  const told = { message: m.strings[error?.message ?? 0], type: m.strings[error?.type ?? 0] };
  const where = place(m, m.callsite[one.span]);
  const name = el('b', null, foreign((m.strings[m.name[one.span]] || '(no name)').slice(0, 120)));
  const link = {
    view: 'flame',
    trace: m.traces.id[one.trace],
    span: spanId(m, one.span),
    from: undefined,
    to: undefined,
  };
  return el(
    `a.card.${one.kind}`,
    { href: app.link(link), title: kind.advice, ...attributes },
    el('span.kind', null, el('i', { 'aria-hidden': 'true' }, `${kind.mark}\ufe0e`), kind.name),
    el('span.what', null, kind.title(name, one, told, m)),
    el(
      'span.cost',
      null,
      el('b', null, kind.cost(one)),
      one.times > 1 && one.kind !== 'error' && ` · ${counted(one.times, 'time')}, ${duration(one.cost)} in all`,
    ),
    el(
      'span.at',
      null,
      m.strings[m.service[one.span]],
      ' ',
      where?.file && el('code', null, foreign(`${where.file}:${where.line}`)),
    ),
  );
}

/** The list of all. */
export class FindingsView {
  /** @param {object} app */
  constructor(app) {
    this.app = app;
    this.element = el('div.page.findings', null);
  }

  show() {
    const { app } = this;
    const { findings, m } = app;
    const cut = 100;
    const search = app.found;
    const shown = search ? findings.filter((one) => search.traces[one.trace] > 0) : findings;
    const kinds = new Set(shown.map((one) => one.kind));
    fill(
      this.element,
      el(
        'div.page-head',
        null,
        el('h1', null, 'Findings'),
        el(
          'p',
          null,
          shown.length === 0
            ? app.searching
              ? 'Looking through the traces …'
              : `Nothing stands out in ${counted(m.traces.count, 'trace')}.`
            : [
                'In ',
                counted(m.traces.count, 'trace'),
                ', the worst first. ',
                el('kbd', null, 'N'),
                ' and ',
                el('kbd', null, 'P'),
                ' step through them.',
                evicted(m),
              ],
        ),
      ),
      el(
        'div.cards',
        null,
        shown.slice(0, cut).map((one) => card(app, one)),
      ),
      shown.length > cut && el('p.dim', null, `and ${count(shown.length - cut)} more`),
      kinds.size > 0 &&
        el(
          'details.twin',
          null,
          el('summary', null, 'What they mean'),
          el(
            'dl.pairs',
            null,
            [...kinds].map((kind) => [el('dt', null, KINDS[kind].name), el('dd', null, KINDS[kind].advice)]),
          ),
        ),
    );
  }

  key() {
    return false;
  }
}
