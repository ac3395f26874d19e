// The page: reads its data, shows the view that its link names, and follows what people do.

import { keys } from './keys.js';
import { readLink, VIEWS, writeLink } from './link.js';
import { follow } from './live.js';
import { lengthOf, model, spanId } from './model/data.js';
import { lookThrough } from './model/findings.js';
import { counted } from './model/format.js';
import { Pictures } from './model/picture.js';
import { search } from './model/search.js';
import { dropping, embedded } from './open.js';
import { CompareView } from './view/compare.js';
import { button, el, fill } from './view/dom.js';
import { FindingsView } from './view/findings.js';
import { MapView } from './view/map.js';
import { OperationsView } from './view/operations.js';
import { SlowView } from './view/slow.js';
import { hues, onSystemTheme, toggleTheme } from './view/theme.js';
import { TraceView } from './view/trace.js';
import { TracesView } from './view/traces.js';

/** Findings are looked for this long before the page answers again: milliseconds. */
const SLICE = 12;

const TITLES = {
  findings: 'Findings',
  traces: 'Traces',
  flame: 'Flame chart',
  operations: 'Operations',
  map: 'Service map',
  slow: 'Slow vs rest',
  compare: 'Compare',
};

const at = (id) => document.getElementById(id);

class App {
  constructor() {
    this.place = {};
    this.findings = [];
    this.times = {};
    this.tabs = Object.fromEntries(VIEWS.map((view) => [view, el('a', { href: '#' }, TITLES[view])]));
    at('views').append(...Object.values(this.tabs));
    at('search').addEventListener('input', () => this.typed());
    at('theme').addEventListener('click', () => this.theme());
    keys(this);
    onSystemTheme(() => this.show());
    addEventListener('hashchange', () => this.follow());
    dropping((read, name) => this.open(read, name));
  }

  /** Shows other data. @param {object} columns as they lie in a page */
  open({ columns, refused = 0 }, name = '') {
    const began = performance.now();
    this.m = model(columns);
    this.times.model = performance.now() - began;
    this.pictures = new Pictures(this.m);
    this.hues = hues(this.m);
    this.views = {
      findings: new FindingsView(this),
      traces: new TracesView(this),
      flame: new TraceView(this),
      operations: new OperationsView(this),
      map: new MapView(this),
      slow: new SlowView(this),
      compare: new CompareView(this),
    };
    // Those of other data mean nothing here.
    [this.findings, this.searching] = [[], true];
    document.title = `${this.m.program || name || 'traces'} · tracer`;
    this.searched = undefined;
    this.follow();
    this.look();
    if (refused > 0) this.say(`${counted(refused, 'line')} of ${name} could not be read`);
    else if (name)
      this.say(`${name}: ${counted(this.m.traces.count, 'trace')}, ${counted(this.m.count, 'span')}`);
    this.times.ready = performance.now();
    document.body.dataset.ready = 'yes';
  }

  /** Looks for findings in between of what else there is to do. */
  look() {
    const looking = lookThrough(this.m);
    const { m } = this;
    [this.findings, this.searching] = [[], true];
    const on = () => {
      if (this.m !== m) return;
      const until = performance.now() + SLICE;
      while (performance.now() < until) {
        const { done, value } = looking.next();
        if (!done) continue;
        [this.findings, this.searching] = [value, false];
        this.tell();
        return;
      }
      setTimeout(on);
    };
    on();
  }

  tell() {
    const { findings, place } = this;
    fill(this.tabs.findings, TITLES.findings, findings.length > 0 && el('span.count', null, findings.length));
    if (place.view === 'findings') this.show();
    if (place.view === 'flame' && this.m.traces.count === 1) this.views.flame.refresh();
  }

  /** Goes where the address says. */
  follow() {
    this.place = this.completed(readLink(location.hash));
    this.show();
  }

  /** Fills in what a link leaves out. */
  completed(place) {
    const { traces } = this.m;
    const known = place.trace !== undefined && traces.id.includes(place.trace);
    if (place.trace !== undefined && !known) this.say(`The trace ${place.trace} is not among these.`);
    const view = place.view ?? (known || traces.count === 1 ? 'flame' : 'findings');
    return { ...place, view, trace: known ? place.trace : undefined };
  }

  /** The place with some of it changed, as a link. @param {object} changes */
  link(changes) {
    return writeLink({ ...this.place, ...changes });
  }

  /** @param {object} changes @param {{quietly?: boolean}} [how] quietly: not a step to come back to */
  go(changes, { quietly = false } = {}) {
    this.place = { ...this.place, ...changes };
    const link = writeLink(this.place);
    if (link === location.hash) return;
    if (quietly) history.replaceState(null, '', link);
    else history.pushState(null, '', link);
    if (!quietly || 'search' in changes) this.show();
    else this.linkTabs();
  }

  show() {
    const { place } = this;
    if (!this.m) return;
    this.find(place.search ?? '');
    const view = this.views[place.view];
    this.linkTabs();
    if (at('main').firstChild !== view.element) {
      fill(at('main'), view.element);
      at('main').dataset.view = place.view;
      scrollTo(0, 0);
    }
    if (this.m.count === 0)
      fill(
        at('main'),
        el('p.empty', null, 'No spans yet. Drop a file here: OTLP JSON lines, or Jaeger’s JSON.'),
      );
    else view.show(place);
  }

  linkTabs() {
    for (const view of VIEWS) {
      const isHere = view === this.place.view;
      this.tabs[view].setAttribute('href', this.link({ view }));
      if (isHere) this.tabs[view].setAttribute('aria-current', 'page');
      if (isHere) this.tabs[view].scrollIntoView({ block: 'nearest', inline: 'center' });
      else this.tabs[view].removeAttribute('aria-current');
    }
  }

  find(text) {
    if (this.searched === text) return;
    this.searched = text;
    this.found = search(this.m, text);
    if (at('search').value !== text) at('search').value = text;
    at('hits').textContent = this.found ? counted(this.found.count, 'span') : '';
  }

  typed() {
    clearTimeout(this.typing);
    const soon = this.m.count > 50000 ? 200 : 60;
    this.typing = setTimeout(
      () => this.go({ search: at('search').value || undefined }, { quietly: true }),
      soon,
    );
  }

  /** The trace of a link, or the slowest. @param {string} [id] */
  traceAt(id) {
    const { m } = this;
    const known = id === undefined ? -1 : m.traces.id.indexOf(id);
    if (known >= 0) return known;
    let slowest = 0;
    for (let t = 1; t < m.traces.count; t++) if (lengthOf(m, t) > lengthOf(m, slowest)) slowest = t;
    return slowest;
  }

  spanAt(trace, id) {
    const { m } = this;
    for (let i = m.traces.first[trace]; i < m.traces.first[trace + 1]; i++) if (spanId(m, i) === id) return i;
    return -1;
  }

  /** The next or previous finding, wherever the page is. */
  nextFinding(step) {
    const { findings, m } = this;
    if (findings.length === 0) return;
    const next =
      this.stepped === undefined
        ? step > 0
          ? 0
          : findings.length - 1
        : (this.stepped + step + findings.length) % findings.length;
    this.stepped = next;
    const { trace, span } = findings[next];
    this.go({
      view: 'flame',
      trace: m.traces.id[trace],
      span: spanId(m, span),
      from: undefined,
      to: undefined,
    });
    this.say(`Finding ${next + 1} of ${findings.length}`);
  }

  theme() {
    toggleTheme();
    this.show();
  }

  /** Says something for a while. @param {string} text */
  say(text) {
    const notice = at('notice');
    fill(
      notice,
      text,
      button(
        '.close',
        () => {
          notice.hidden = true;
        },
        el('span', { 'aria-hidden': 'true' }, '×'),
        el('span.unseen', null, 'Close'),
      ),
    );
    notice.hidden = false;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      notice.hidden = true;
    }, 6000);
  }
}

/** What the browser tests and bookmarks of developers hold on to. */
const app = new App();
globalThis.tracer = app;
embedded(at('data').textContent).then(
  (columns) => {
    app.open({ columns });
    follow(app);
  },
  (error) => fill(at('main'), el('p.empty', null, `The data of this page cannot be read: ${error.message}`)),
);
