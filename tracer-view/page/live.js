// The page of a program that is running: takes what is new, and leaves what is looked at as it is.

import { unzipped } from './open.js';
import { button, el, fill } from './view/dom.js';

/** Data of a trace that is looked at are not replaced; whether it still is, is looked at so often: ms. */
const LOOK = 250;
/** The program says when it is too early for new data; then it is asked again after: ms. */
const EARLY = 1000;
/** Between two changes the page has at least this many times what a change takes. */
const REST = 5;

const SAID = {
  live: ['live', 'Traces are shown as they come. Pause (L)'],
  held: ['new', 'Something came: shown once no trace is looked at, or now (L)'],
  paused: ['paused', 'Go on with new traces (L)'],
  ended: ['ended', 'The program is gone; what it said stays'],
};

/** Follows the program that serves this page, if one does. @param {object} app */
export function follow(app) {
  const { version } = document.getElementById('data').dataset;
  if (version !== undefined && new URLSearchParams(location.search).has('token'))
    app.live = new Live(app, Number(version));
}

class Live {
  /** @param {object} app @param {number} version that is shown */
  constructor(app, version) {
    this.app = app;
    [this.shown, this.there] = [version, version];
    this.mark = button('', () => this.toggle());
    this.mark.id = 'live';
    addEventListener('pointerdown', () => (this.isPressed = true));
    for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => (this.isPressed = false));
    document.getElementById('theme').before(this.mark);
    this.tell();
    this.events = new EventSource(`/live${location.search}`);
    this.events.addEventListener('open', () => this.end(false));
    this.events.addEventListener('error', () => this.end(true));
    this.events.addEventListener('message', (event) => {
      // A program that is started anew counts anew, but has another token.
      this.there = Number(event.data);
      this.tell();
      this.take();
    });
  }

  toggle() {
    // Of a trace of several processes, more may have come.
    if (this.state === 'held') this.isAsked = true;
    else this.isPaused = !this.isPaused;
    this.tell();
    this.take();
  }

  end(isEnded) {
    this.isEnded = isEnded;
    this.tell();
  }

  tell() {
    const isHeld = this.there > this.shown && this.isLookedAt();
    this.state = this.isEnded ? 'ended' : this.isPaused ? 'paused' : isHeld ? 'held' : 'live';
    const [text, title] = SAID[this.state];
    this.mark.dataset.state = this.state;
    this.mark.title = title;
    this.mark.setAttribute('aria-pressed', String(Boolean(this.isPaused)));
    fill(this.mark, el('span', { 'aria-hidden': 'true' }, '● '), text);
  }

  /** A trace that was chosen stays as it is while somebody reads it. */
  isLookedAt() {
    const { place, m } = this.app;
    const isChosen = ['flame', 'compare'].includes(place.view) && place.trace !== undefined;
    return isChosen && m?.traces.id.includes(place.trace);
  }

  /** Whether somebody is in the middle of something that a change would take away. */
  isBusy() {
    const search = document.getElementById('search').value;
    return (this.isLookedAt() && !this.isAsked) || search !== (this.app.place.search ?? '') || this.isPressed;
  }

  /** Takes what is new, as soon as that disturbs nobody. */
  async take() {
    if (this.isTaking) return;
    this.isTaking = true;
    while (this.there > this.shown && !this.isPaused) {
      if (!this.app.m || this.isBusy()) {
        await pause(LOOK);
        continue;
      }
      const began = performance.now();
      try {
        if (!(await this.change())) {
          await pause(EARLY);
          continue;
        }
      } catch {
        this.end(true);
        break;
      }
      await pause(REST * (performance.now() - began));
    }
    this.isTaking = false;
  }

  /** Shows what is new; false if the program has nothing yet. */
  async change() {
    const answer = await fetch(`/data${location.search}&after=${this.shown}`);
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.status === 204) return false;
    const version = Number(answer.headers.get('Tracer-Version'));
    const columns = JSON.parse(await unzipped(answer.body));
    // Meanwhile somebody may have begun with something.
    if (this.isPaused || this.isBusy()) return true;
    const { scrollX, scrollY } = globalThis;
    const inner = scrolled();
    const focused = document.activeElement?.closest('#main') ? document.activeElement : null;
    this.app.open({ columns });
    [this.shown, this.isAsked] = [version, false];
    scrollTo(scrollX, scrollY);
    restore(inner);
    if (focused) document.getElementById('main').focus({ preventScroll: true });
    this.tell();
    return true;
  }
}

/** How far the parts of a view are scrolled, in their order. */
function scrolled() {
  return [...document.querySelectorAll('#main .scroll')].map((part) => [part.scrollLeft, part.scrollTop]);
}

function restore(inner) {
  [...document.querySelectorAll('#main .scroll')].forEach((part, at) => {
    if (inner[at]) [part.scrollLeft, part.scrollTop] = inner[at];
  });
}

const pause = (time) => new Promise((done) => setTimeout(done, time));
