// All that is known of one span, beside the chart.

import { attributesOf, children, isFailed, isOrigin, isSpawned, place, polled, spanId } from '../model/data.js';
import { count, counted, duration, percent } from '../model/format.js';
import { button, el, fill, foreign } from './dom.js';
import { errorOf } from './failure.js';
import { hueVariable } from './theme.js';

const KINDS = ['', 'server', 'client', 'producer', 'consumer'];
const OUTCOMES = ['', 'cancelled', 'panicked', 'still open'];

/**
 * @param {Element} into @param {import('../model/data.js').Model} m @param {object} picture
 * @param {number} span @param {{hue: number, pick: (span: number) => void, open: Function, close: Function}} does
 */
export function panel(into, m, picture, span, does) {
  const text = (index) => m.strings[index];
  fill(
    into,
    el(
      'div.panel-head',
      null,
      el('h2', null, foreign(text(m.name[span]) || '(no name)')),
      button(
        '.close',
        does.close,
        el('span', { 'aria-hidden': 'true' }, '×'),
        el('span.unseen', null, 'Close'),
      ),
    ),
    el(
      'p.tags',
      null,
      text(m.service[span]) &&
        el('span.tag', { style: { '--hue': hueVariable(does.hue) } }, el('i.dot'), text(m.service[span])),
      KINDS[m.kind[span]] && el('span.tag', null, KINDS[m.kind[span]]),
      isSpawned(m, span) && el('span.tag', null, '⇢ task of its own'),
      m.outcome[span] !== 0 &&
        el(m.outcome[span] === 2 ? 'span.tag.bad' : 'span.tag', null, OUTCOMES[m.outcome[span]]),
      isFailed(m, span) &&
        el('span.tag.bad', null, isOrigin(m, span) ? '✖ error began here' : '⚠ error passed on'),
    ),
    where(m, m.callsite[span]),
    facts(m, picture, span),
    errorOf(m, span, does),
    attributes(m, span),
    events(m, span),
    wakes(m, span, does),
    links(m, span, does),
    relatives(m, span, does),
  );
}

function where(m, callsite) {
  const known = place(m, callsite);
  if (!known || !known.file) return null;
  return el(
    'p.where',
    null,
    known.function && el('span', null, foreign(known.function)),
    ' ',
    el('code', null, foreign(`${known.file}:${known.line}`)),
  );
}

/** Rows of a name and a value; those without value are left out. */
function rows(pairs) {
  return el(
    'dl.facts',
    null,
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== false)
      .map(([name, value]) => [el('dt', null, name), el('dd', null, value)]),
  );
}

function facts(m, picture, span) {
  const length = m.end[span] - m.start[span];
  const known = polled(m, span);
  const held = picture.held(span);
  const root = m.end[picture.root] - m.start[picture.root];
  const share = (time, of) => `${duration(time)} · ${percent(of > 0 ? time / of : 0)}`;
  return rows([
    ['duration', el('b', null, duration(length))],
    ['began', `${duration(m.start[span] - m.start[picture.root])} after the request`],
    [
      'waited for',
      held > 0 ? el('span.held', null, `${share(held, root)} of the request`) : 'no: not on the critical path',
    ],
    ['self', children(m, span).length > 0 ? share(m.self[span], length) : null],
    ['polled', known && `${share(known.total, length)}, longest ${duration(known.longest)}`],
    ['waiting', known && duration(length - known.total)],
    ['polls', m.polls[span] > 0 ? count(m.polls[span]) : null],
    ...task(m, span),
  ]);
}

function task(m, span) {
  const known = m.tasks[m.owner[span]];
  if (!known) return [];
  const file = m.strings[known.file];
  const name = m.strings[known.name];
  return [
    ['task', [name && foreign(name), ' ', known.key && `number ${numberOf(known.key)}`]],
    ['spawned at', file ? el('code', null, foreign(`${file}:${known.line}`)) : null],
    ['until first poll', known.delay !== undefined && m.owner[span] === span ? duration(known.delay) : null],
  ];
}

/** A task's number: written in hexadecimal, read in decimal. */
function numberOf(key) {
  return /^[0-9a-f]{1,16}$/.test(key) ? BigInt(`0x${key}`).toString() : key;
}

function section(title, ...inside) {
  return el('section', null, el('h3', null, title), inside);
}

function pairs(list) {
  return el(
    'dl.pairs',
    null,
    list.map(({ key, type, text }) => [
      el('dt', null, foreign(key)),
      el(type === 's' ? 'dd' : 'dd.number', null, foreign(text)),
    ]),
  );
}

function attributes(m, span) {
  const list = attributesOf(m, span);
  return list.length > 0 && section('Attributes', pairs(list));
}

function events(m, span) {
  const [from, to] = [m.events.from[span], m.events.from[span + 1]];
  if (from === to) return null;
  const list = Array.from({ length: Math.min(to - from, 200) }, (_, k) => from + k);
  return section(
    'Events',
    el(
      'ul.events',
      null,
      list.map((k) => {
        const told = attributesOf(m, k, m.eventAttributes);
        return el(
          'li',
          null,
          el('span.time', null, `+${duration(m.events.at[k])}`),
          ' ',
          foreign(m.strings[m.events.name[k]]),
          told.length > 0 && pairs(told),
        );
      }),
    ),
    to - from > 200 && el('p.dim', null, `and ${count(to - from - 200)} more`),
  );
}

function wakes(m, span, does) {
  const [from, to] = [m.wakeFrom[span], m.wakeFrom[span + 1]];
  if (from === to) return null;
  const list = Array.from({ length: Math.min(to - from, 30) }, (_, k) => from + k);
  return section(
    `Woken ${counted(to - from, 'time')}`,
    el(
      'ul.events',
      null,
      list.map((k) =>
        el(
          'li',
          null,
          el('span.time', null, `+${duration(m.wakeAt[k] - m.start[span])}`),
          ' ',
          m.wakeBy[k] >= 0
            ? button('.link', () => does.pick(m.wakeBy[k]), m.strings[m.name[m.wakeBy[k]]])
            : 'from outside',
          m.wakeWaited[k] >= 0 && el('span.dim', null, `  polled ${duration(m.wakeWaited[k])} later`),
        ),
      ),
    ),
    to - from > 30 && el('p.dim', null, `and ${count(to - from - 30)} more`),
  );
}

function links(m, span, does) {
  const [from, to] = [m.links.from[span], m.links.from[span + 1]];
  if (from === to) return null;
  return section(
    'Links',
    el(
      'ul.events',
      null,
      Array.from({ length: Math.min(to - from, 50) }, (_, k) => {
        const [trace, id] = [m.links.trace[from + k], m.links.span[from + k]];
        const here = m.traces.id.includes(trace);
        return el(
          'li',
          null,
          here
            ? button('.link', () => does.open(trace, id), `trace ${trace.slice(0, 8)} span ${id}`)
            : el('code', null, foreign(`${trace} ${id}`)),
        );
      }),
    ),
  );
}

function relatives(m, span, does) {
  const step = (i) => button('.link', () => does.pick(i), m.strings[m.name[i]] || '(no name)');
  const below = children(m, span);
  const parent = m.parent[span];
  return section(
    'Around it',
    rows([
      [
        'parent',
        parent >= 0
          ? step(parent)
          : m.remoteParent[span]
            ? el('code', null, `${m.remoteParent[span]} (not here)`)
            : 'none',
      ],
      ['children', below.length > 0 && [...below.slice(0, 12)].map((i) => [step(i), el('br')])],
      ['and', below.length > 12 && `${count(below.length - 12)} more`],
      ['span id', el('code', null, spanId(m, span))],
    ]),
  );
}
