// What is to say of a trace before one of its spans is chosen.

import { counted, duration, percent } from '../model/format.js';
import { button, el, fill, foreign } from './dom.js';
import { card } from './findings.js';
import { hueVariable } from './theme.js';

/** @param {Element} into @param {object} app @param {object} picture @param {(span: number) => void} pick */
export function summary(into, app, picture, pick) {
  const { m } = app;
  const whole = Math.max(1, m.end[picture.root] - m.start[picture.root]);
  const found = m.traces.count === 1 ? app.findings : picture.findings;
  fill(
    into,
    el('h2', null, 'What it waited for'),
    el(
      'ol.holders',
      null,
      picture.holders.slice(0, 8).map((one) =>
        el(
          'li',
          { style: { '--hue': hueVariable(app.hues.of[one.longest]), '--share': one.time / whole } },
          button('.link', () => pick(one.longest), foreign(m.strings[one.name] || '(no name)')),
          el('span.amount', null, duration(one.time), ' · ', percent(one.time / whole)),
          one.spans > 1 && el('span.dim', null, counted(one.spans, 'span')),
        ),
      ),
    ),
    picture.origins.length > 0 &&
      el(
        'section.error',
        null,
        el('h3', null, 'Errors'),
        el(
          'ul.events',
          null,
          picture.origins.slice(0, 20).map((span) =>
            el(
              'li',
              null,
              button('.link', () => pick(span), foreign(m.strings[m.name[span]] || '(no name)')),
              ' ',
              el('span', null, foreign(messageOf(m, span))),
            ),
          ),
        ),
      ),
    found.length > 0 && [
      el('h2', null, 'Findings'),
      el(
        'div.cards',
        null,
        found.slice(0, 10).map((one) => card(app, one)),
      ),
    ],
    el('p.dim.hint', null, 'Choose a bar to see all of it. ', el('kbd', null, '?'), ' shows the keys.'),
  );
}

function messageOf(m, span) {
  const message = m.errors[span]?.message;
  return typeof message === 'number' ? m.strings[message] : m.outcome[span] === 2 ? 'panicked' : '';
}
