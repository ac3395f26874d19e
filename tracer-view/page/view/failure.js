// What went wrong in a span: message, where it came from, and the stack.

import { children, isFailed, isOrigin, place } from '../model/data.js';
import { button, el, foreign } from './dom.js';

/** @param {import('../model/data.js').Model} m @param {number} span @param {{pick: Function}} does */
export function errorOf(m, span, does) {
  if (!isFailed(m, span)) return null;
  const origin = originBelow(m, span);
  const error = m.errors[span] ?? {};
  const text = (index) => (typeof index === 'number' ? m.strings[index] : (index ?? ''));
  return el(
    'section.error',
    null,
    el('h3', null, isOrigin(m, span) ? 'Error' : 'Error, passed on'),
    el('p.message', null, foreign(text(error.message) || 'no message')),
    text(error.type) && el('p.dim', null, foreign(text(error.type))),
    (error.sources ?? []).map((source) => el('p.source', null, 'because ', foreign(text(source)))),
    origin !== span &&
      button('.jump', () => does.pick(origin), 'Where it came from: ', m.strings[m.name[origin]]),
    stack(m, error.stack ?? []),
    text(error.backtrace) &&
      el('details', null, el('summary', null, 'Backtrace'), el('pre', null, foreign(text(error.backtrace)))),
  );
}

function stack(m, callsites) {
  if (callsites.length === 0) return null;
  return el(
    'ol.stack',
    { 'aria-label': 'Stack' },
    callsites.map((callsite) => {
      const known = place(m, callsite);
      return (
        known &&
        el(
          'li',
          null,
          el('span', null, foreign(known.function)),
          el('code', null, foreign(`${known.file}:${known.line}`)),
        )
      );
    }),
  );
}

/** The span whose error a failed span passed on. @param {number} span */
export function originBelow(m, span) {
  let at = span;
  while (!isOrigin(m, at)) {
    const failed = [...children(m, at)].filter((child) => isFailed(m, child));
    if (failed.length === 0) return at;
    // Of several, the one that failed last is the one whose error went on.
    at = failed.reduce((last, child) =>
      m.end[child] > m.end[last] && m.end[child] <= m.end[at] ? child : last,
    );
  }
  return at;
}
