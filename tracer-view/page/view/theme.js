// Colours of what is drawn on canvases: light and dark, and one hue for each service.

/** Hues, told apart also by those who see fewer colours; red is kept for errors. */
const LIGHT = ['#2f6fde', '#d97f17', '#14946a', '#8a58d8', '#0f93b0', '#c2497f', '#87811c', '#607086'];
const DARK = ['#6ba2ff', '#f0a44b', '#3fc795', '#b08cf5', '#45c3de', '#ec7fb2', '#c9c25a', '#9fb0c7'];

const THEMES = {
  light: {
    bg: '#ffffff', raised: '#f5f7fa', fg: '#161b22', dim: '#596475', grid: '#e9edf2', line: '#d8dee6',
    error: '#c8102e', errorPale: '#fbdfe3', path: '#161b22', shade: 'rgba(120,132,150,.16)', hues: LIGHT, pale: 0.2, tone: 0.58, still: 0.36,
  },
  dark: {
    bg: '#12161c', raised: '#1a2029', fg: '#edf1f6', dim: '#9aa7b8', grid: '#1f2630', line: '#333d4a',
    error: '#ff6673', errorPale: '#4a1f28', path: '#ffd166', shade: 'rgba(0,0,0,.42)', hues: DARK, pale: 0.22, tone: 0.52, still: 0.34,
  },
};

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

function mix(hue, ground, share) {
  const channel = (colour, at) => parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16);
  const mixed = [0, 1, 2].map((at) => Math.round(channel(hue, at) * share + channel(ground, at) * (1 - share)));
  return `rgb(${mixed.join(',')})`;
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
    of[i] = known.get(column[i]) % LIGHT.length;
  }
  return { of, by, legend: [...known.keys()] };
}

/** A small square in the hue of a service, for lists. @param {number} hue @returns {string} CSS */
export function hueVariable(hue) {
  return `var(--hue${hue % LIGHT.length})`;
}
