// What the colours and marks of a flame chart mean.

import { button, el } from './dom.js';
import { hueVariable } from './theme.js';

/** @param {object} app @param {object} picture */
export function legend(app, picture) {
  const { m, hues } = app;
  const column = hues.by === 'service' ? m.service : m.name;
  const known = new Map();
  for (let i = picture.first; i < picture.next && known.size < 8; i++) {
    if (!known.has(column[i])) known.set(column[i], hues.of[i]);
  }
  const names = [...known].map(([name, hue]) =>
    button(
      '.key',
      () => app.go({ search: quoted(m.strings[name]) }),
      {
        style: { '--hue': hueVariable(hue) },
        title: 'Search for it',
      },
      el('i.dot'),
      m.strings[name] || '(no name)',
    ),
  );
  return el(
    'div.legend',
    { role: 'group', 'aria-label': 'Legend' },
    names,
    el('span.gap'),
    mark('polled', 'polled'),
    mark('alive', 'waiting'),
    mark('critical', 'critical path'),
    mark('origin', 'error began'),
    mark('passed', 'passed on'),
    mark('cancelled', 'cancelled'),
  );
}

function mark(name, text) {
  return el('span.mark', null, el(`i.${name}`), text);
}

function quoted(text) {
  return /\s/.test(text) ? `"${text.replaceAll('"', '')}"` : text;
}
