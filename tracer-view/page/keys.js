// What keys do, everywhere on the page.

import { button, el, fill } from './view/dom.js';

const HELP = [
  ['W  S', 'closer, further'],
  ['A  D', 'earlier, later'],
  ['← → ↑ ↓', 'move'],
  ['F', 'fit the chosen span, or all'],
  ['0', 'all of the trace'],
  ['N  P', 'next, previous match of the search; else finding'],
  ['E', 'next error'],
  ['C', 'critical path on or off'],
  ['/', 'search'],
  ['T', 'light or dark'],
  ['L', 'pause or go on, where the page is live'],
  ['1 … 7', 'views'],
  ['Esc', 'back out'],
  ['?', 'these keys'],
];

const SEARCH = [
  ['checkout', 'name, service, trace or span id'],
  ['user.id=7', 'an attribute'],
  ['error  cancelled  panicked  spawned', 'how it ran'],
  ['>5ms  <1s', 'how long'],
  ['"two words"  -not', ''],
];

/** @param {object} app */
export function keys(app) {
  const input = document.getElementById('search');
  const dialog = document.getElementById('keys');
  const list = (pairs) =>
    el(
      'dl.keys',
      null,
      pairs.map(([key, text]) => [
        el(
          'dt',
          null,
          key.split('  ').map((one) => el('kbd', null, one)),
        ),
        el('dd', null, text),
      ]),
    );
  fill(
    dialog,
    el(
      'div.panel-head',
      null,
      el('h2', null, 'Keys'),
      button(
        '.close',
        () => dialog.close(),
        el('span', { 'aria-hidden': 'true' }, '×'),
        el('span.unseen', null, 'Close'),
      ),
    ),
    list(HELP),
    el('h2', null, 'Search'),
    list(SEARCH),
    el(
      'p.dim',
      null,
      'Mouse: drag moves, wheel scrolls, with Ctrl it zooms, with Shift it moves sideways. Drop a file of OTLP JSON or Jaeger’s JSON to open it.',
    ),
  );
  document.getElementById('help').addEventListener('click', () => dialog.showModal());
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') input.blur();
    if (event.key === 'Enter') step(app, event.shiftKey ? -1 : 1);
  });
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !app.m) return;
    if (event.target.matches?.('input, textarea, select, dialog, dialog *')) return;
    if (key(app, event, input, dialog)) event.preventDefault();
  });
}

function key(app, event, input, dialog) {
  const name = event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key;
  const view = app.views[app.place.view];
  // Arrows and Space stay with what scrolls by itself.
  if (name.startsWith('Arrow') && event.target.closest?.('.side, .scroll, summary')) return false;
  if (view.key(name)) return true;
  const does = {
    '/': () => input.select(),
    t: () => app.theme(),
    T: () => app.theme(),
    l: () => app.live?.toggle(),
    '?': () => dialog.showModal(),
    n: () => step(app, 1),
    N: () => step(app, -1),
    p: () => step(app, -1),
    Escape: () => app.place.search && app.go({ search: undefined }),
  };
  const views = Object.keys(app.views);
  if (/^[1-9]$/.test(name) && views[name - 1]) app.go({ view: views[name - 1] });
  else if (does[name]) does[name]();
  else return false;
  return true;
}

/** Matches where something is searched for in a trace, else findings. */
function step(app, by) {
  if (app.place.view === 'flame' && app.found && app.views.flame.nextMatch(by) > 0) return;
  app.nextFinding(by);
}
