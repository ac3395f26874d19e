// Tables: of charts, for those who do not see them, and of whatever has rows and columns.

import { count, duration } from '../model/format.js';
import { isFailed, isOrigin } from '../model/data.js';
import { toldOf } from './bar.js';
import { button, el, fill, foreign } from './dom.js';

/** Rows that are made at once. */
const PAGE = 200;

/**
 * A table that makes more rows as they are asked for.
 * @param {{name: string, columns: {title: string, class?: string, sort?: string}[], sorted?: string,
 *   sort?: (by: string) => void}} head
 * @param {ArrayLike<unknown>} items @param {(item: unknown) => (Node | string)[]} cells
 * @param {(item: unknown) => object} [attributes] of the row
 */
export function table(head, items, cells, attributes = () => null) {
  const body = el('tbody', null);
  const more = el('p.more', null);
  let shown = 0;
  const extend = () => {
    const next = Math.min(items.length, shown + PAGE);
    for (; shown < next; shown++) body.append(row(head.columns, cells(items[shown]), attributes(items[shown])));
    if (shown < items.length) {
      fill(
        more,
        button(
          '.link',
          extend,
          `Show ${count(Math.min(PAGE, items.length - shown))} more of ${count(items.length)}`,
        ),
      );
    } else fill(more);
  };
  extend();
  const titles = head.columns.map((column) => heading(column, head));
  return el(
    'div.scroll',
    null,
    el('table', { 'aria-label': head.name }, el('thead', null, el('tr', null, titles)), body),
    more,
  );
}

function heading(column, { sorted, sort }) {
  const isSorted = column.sort && column.sort === sorted;
  const inside = column.sort
    ? button(
        '.sort',
        () => sort(column.sort),
        column.title,
        el('span', { 'aria-hidden': 'true' }, isSorted ? ' ▾' : ''),
      )
    : column.title;
  return el('th', { scope: 'col', class: column.class, 'aria-sort': isSorted ? 'descending' : null }, inside);
}

function row(columns, cells, attributes) {
  return el(
    'tr',
    attributes,
    cells.map((cell, k) => el('td', { class: columns[k].class }, cell)),
  );
}

/** A table that is made when it is opened. @param {string} title @param {() => Node} make */
export function twin(title, make) {
  const inside = el('div', null);
  const details = el('details.twin', null, el('summary', null, title), inside);
  details.addEventListener('toggle', () => details.open && fill(inside, make()));
  return details;
}

/** The spans of a trace, as deep as they are. @param {object} picture @param {(span: number) => void} pick */
export function spanTable(m, picture, pick) {
  const spans = [];
  const depth = new Map();
  const open = [];
  for (let i = picture.next - 1; i >= picture.first; i--) if (m.parent[i] < 0) open.push(i);
  while (open.length > 0) {
    const span = open.pop();
    depth.set(span, m.parent[span] < 0 ? 0 : depth.get(m.parent[span]) + 1);
    spans.push(span);
    for (let k = m.childFrom[span + 1] - 1; k >= m.childFrom[span]; k--) open.push(m.childList[k]);
  }
  const columns = [
    { title: 'Span' },
    { title: 'Service' },
    { title: 'Began', class: 'number' },
    { title: 'Duration', class: 'number' },
    { title: 'Waited for', class: 'number' },
    { title: 'State' },
  ];
  const states = ['', 'cancelled', 'panicked', 'open'];
  return table({ name: 'Spans of the trace', columns }, spans, (span) => [
    el(
      'span',
      { style: { 'padding-left': `${Math.min(depth.get(span), 30) * 14}px` } },
      button('.link', () => pick(span), foreign(m.strings[m.name[span]] || '(no name)')),
      toldOf(m, span),
    ),
    m.strings[m.service[span]],
    duration(m.start[span] - m.start[picture.root]),
    duration(m.end[span] - m.start[span]),
    picture.held(span) > 0 ? duration(picture.held(span)) : '',
    [isFailed(m, span) && (isOrigin(m, span) ? 'error' : 'error passed on'), states[m.outcome[span]]]
      .filter(Boolean)
      .join(', '),
  ]);
}
