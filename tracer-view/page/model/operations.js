// Rate, errors and durations of each operation: all spans of a service that have one name.

import { isFailed, polled } from './data.js';

/**
 * @typedef {object} Operation
 * @property {number} service  @property {number} name  string indexes
 * @property {number} count  @property {number} failed  @property {number} rate  a second
 * @property {number} p50  @property {number} p95  @property {number} p99  @property {number} longest  a span
 * @property {number} total  @property {number} self  @property {number} polled  nanoseconds; -1: not known
 */

/** @param {import('./data.js').Model} m @param {Uint8Array | null} [only] @returns {Operation[]} by self time */
export function operations(m, only = null) {
  const known = new Map();
  const of = new Int32Array(m.count).fill(-1);
  const rows = [];
  for (let i = 0; i < m.count; i++) {
    if (only && !only[i]) continue;
    const key = m.service[i] * 4194304 + m.name[i];
    let at = known.get(key);
    if (at === undefined) {
      known.set(key, (at = rows.length));
      rows.push({
        service: m.service[i],
        name: m.name[i],
        count: 0,
        failed: 0,
        total: 0,
        self: 0,
        polled: -1,
        longest: i,
      });
    }
    of[i] = at;
    add(m, rows[at], i);
  }
  const seconds = secondsOf(m);
  const lengths = sortedLengths(m, of, rows);
  rows.forEach((row, at) => {
    row.rate = row.count / seconds;
    [row.p50, row.p95, row.p99] = [0.5, 0.95, 0.99].map((share) => quantile(lengths[at], share));
  });
  return rows.sort((a, b) => b.self - a.self);
}

function add(m, row, i) {
  row.count += 1;
  row.failed += isFailed(m, i) ? 1 : 0;
  row.total += m.end[i] - m.start[i];
  row.self += m.self[i];
  if (m.end[i] - m.start[i] > m.end[row.longest] - m.start[row.longest]) row.longest = i;
  const busy = polled(m, i);
  if (busy) row.polled = Math.max(0, row.polled) + busy.total;
}

function sortedLengths(m, of, rows) {
  const lengths = rows.map((row) => new Float64Array(row.count));
  const at = new Int32Array(rows.length);
  for (let i = 0; i < m.count; i++) if (of[i] >= 0) lengths[of[i]][at[of[i]]++] = m.end[i] - m.start[i];
  for (const list of lengths) list.sort();
  return lengths;
}

/** Of sorted numbers, the one that a share of them does not exceed. @param {Float64Array} sorted */
export function quantile(sorted, share) {
  return sorted.length === 0 ? 0 : sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** From the first start to the last end of all. @param {import('./data.js').Model} m @returns {number} */
export function secondsOf(m) {
  let [first, last] = [Infinity, -Infinity];
  for (let t = 0; t < m.traces.count; t++) {
    const start = Number(m.traces.start[t]);
    first = Math.min(first, start + m.traces.lo[t]);
    last = Math.max(last, start + m.traces.hi[t]);
  }
  return Math.max(1e-9, (last - first) / 1e9);
}
