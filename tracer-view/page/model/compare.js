// Where the time went in one trace and in another: the critical paths, operation by operation.

import { lengthOf } from './data.js';

/**
 * The differences add up to the difference of the two durations, because each path covers its root.
 * @param {import('./data.js').Model} m @param {object} a @param {object} b pictures
 * @returns {{service: number, name: number, a: number, b: number, spans: [number, number]}[]}
 */
export function compare(m, a, b) {
  const rows = new Map();
  [a, b].forEach((picture, side) => {
    for (const one of picture.holders) {
      const key = `${one.service} ${one.name}`;
      if (!rows.has(key)) rows.set(key, { service: one.service, name: one.name, a: 0, b: 0, spans: [-1, -1] });
      const row = rows.get(key);
      row[side === 0 ? 'a' : 'b'] = one.time;
      row.spans[side] = one.longest;
    }
  });
  return [...rows.values()].sort((x, y) => Math.abs(y.a - y.b) - Math.abs(x.a - x.b));
}

/**
 * What to compare a trace with, if nobody said: of its kind, the one in the middle.
 * @param {import('./data.js').Model} m @param {number} trace @returns {number} -1: there is none
 */
export function usual(m, trace) {
  const root = m.traces.root[trace];
  const alike = [];
  for (let t = 0; t < m.traces.count; t++) {
    const other = m.traces.root[t];
    if (t !== trace && m.name[other] === m.name[root] && m.service[other] === m.service[root]) alike.push(t);
  }
  alike.sort((x, y) => lengthOf(m, x) - lengthOf(m, y));
  return alike.length > 0 ? alike[alike.length >> 1] : -1;
}
