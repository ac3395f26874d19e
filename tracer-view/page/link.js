// Links to what is seen. They are kept stable: old links open the same with newer pages.
//
//   #view=flame&trace=<id>&span=<id>&from=<ns>&to=<ns>&search=<text>&compare=<trace id>
//
// `from` and `to` are nanoseconds since the start of the trace. All parts may be left out.

/** The views, in the order of their tabs. */
export const VIEWS = ['findings', 'traces', 'flame', 'operations', 'map', 'slow', 'compare'];

/**
 * @typedef {object} Place
 * @property {string} [view] @property {string} [trace] @property {string} [span]
 * @property {number} [from] @property {number} [to] @property {string} [search] @property {string} [compare]
 */

/** @param {string} hash @returns {Place} what of it can be understood */
export function readLink(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const place = {};
  if (VIEWS.includes(given.get('view'))) place.view = given.get('view');
  for (const [key, form] of [
    ['trace', /^[0-9a-f]{32}$/],
    ['span', /^[0-9a-f]{16}$/],
    ['compare', /^[0-9a-f]{32}$/],
  ]) {
    const id = given.get(key)?.toLowerCase();
    if (id && form.test(id)) place[key] = id;
  }
  for (const key of ['from', 'to']) {
    const time = given.get(key);
    if (time !== null && /^-?\d{1,18}$/.test(time)) place[key] = Number(time);
  }
  if (!(place.from < place.to)) (delete place.from, delete place.to);
  if (given.get('search')) place.search = given.get('search').slice(0, 1000);
  return place;
}

/** @param {Place} place @returns {string} */
export function writeLink(place) {
  const parts = new URLSearchParams();
  for (const key of ['view', 'trace', 'span', 'from', 'to', 'search', 'compare']) {
    const value = place[key];
    if (value === undefined || value === '') continue;
    parts.set(key, typeof value === 'number' ? String(Math.round(value)) : value);
  }
  return `#${parts}`;
}
