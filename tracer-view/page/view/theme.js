// Light or dark, and which hue each span has.

import { HUES, THEMES, mix } from './colours.js';

const query = matchMedia('(prefers-color-scheme: dark)');

/** @returns {boolean} whether the page is dark now */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : query.matches;
}

/** The other of the two, until the page is closed. */
export function toggleTheme() {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
}

/** @param {() => void} changed called when the system turns dark or light */
export function onSystemTheme(changed) {
  query.addEventListener('change', changed);
}

const made = new Map();

/**
 * Colours for canvases, each mixed once.
 * @returns {object} `hue(i)` full, `pale(i)` alive, `tone(i)` polled, `still(i)` not known
 */
export function theme() {
  const name = isDark() ? 'dark' : 'light';
  if (!made.has(name)) {
    const base = THEMES[name];
    const mixed = (share) => base.hues.map((hue) => mix(hue, base.bg, share));
    const [pale, tone, still] = [base.pale, base.tone, base.still].map(mixed);
    const of = (list) => (i) => list[i % list.length];
    made.set(name, { ...base, hue: of(base.hues), pale: of(pale), tone: of(tone), still: of(still) });
  }
  return made.get(name);
}

/**
 * Which hue each span has: that of its service, or of its operation where there is one service.
 * @param {import('../model/data.js').Model} m
 * @returns {{of: Uint8Array, by: 'service' | 'operation', legend: number[]}} legend: string indexes
 */
export function hues(m) {
  const services = new Set(m.service);
  const by = services.size > 1 ? 'service' : 'operation';
  const column = by === 'service' ? m.service : m.name;
  const known = new Map();
  const of = new Uint8Array(m.count);
  for (let i = 0; i < m.count; i++) {
    if (!known.has(column[i])) known.set(column[i], known.size);
    of[i] = known.get(column[i]) % HUES;
  }
  return { of, by, legend: [...known.keys()] };
}

/** A small square in the hue of a service, for lists. @param {number} hue @returns {string} CSS */
export function hueVariable(hue) {
  return `var(--hue${hue % HUES})`;
}
