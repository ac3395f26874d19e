// Many traces of one kind as one tree: what the slowest waited for, and what the others did.

import { criticalPath } from './critical.js';
import { lengthOf } from './data.js';

/** Of more traces than this, every n-th is looked at. */
const SAMPLE = 1500;

/** Kinds of traces, by their roots, the most frequent first. @param {import('./data.js').Model} m */
export function kinds(m) {
  const found = new Map();
  for (let t = 0; t < m.traces.count; t++) {
    const root = m.traces.root[t];
    const key = `${m.service[root]} ${m.name[root]}`;
    if (!found.has(key)) found.set(key, { service: m.service[root], name: m.name[root], traces: [] });
    found.get(key).traces.push(t);
  }
  return [...found.values()].sort((a, b) => b.traces.length - a.traces.length);
}

/**
 * The slowest twentieth, and the rest.
 * @param {import('./data.js').Model} m @param {number[]} traces of one kind
 */
export function cohorts(m, traces) {
  const sorted = [...traces].sort((a, b) => lengthOf(m, b) - lengthOf(m, a));
  const cut = Math.max(1, Math.round(sorted.length / 20));
  return { slow: merge(m, sorted.slice(0, cut)), rest: merge(m, sorted.slice(cut)) };
}

/**
 * @typedef {object} Node what the traces waited for, on average, in one operation and below it
 * @property {number} name  @property {number} service  @property {number} time  nanoseconds a trace
 * @property {number} own  @property {Map<string, Node>} below  @property {number} longest  the span that was waited for longest, in it or below
 * @property {number} span  one of its own
 */

function merge(m, all) {
  const step = Math.max(1, Math.ceil(all.length / SAMPLE));
  const traces = all.filter((_, k) => k % step === 0);
  const top = node(-1, -1, -1);
  for (const trace of traces) {
    const path = criticalPath(m, m.traces.root[trace]);
    const places = new Map();
    for (const [span, parts] of path) {
      const held = parts.reduce((sum, [from, to]) => sum + to - from, 0) / traces.length;
      const chain = placeOf(m, top, places, span);
      chain[chain.length - 1].own += held;
      for (const one of chain) {
        one.time += held;
        if (held * traces.length > one.most) [one.most, one.longest] = [held * traces.length, span];
      }
    }
  }
  return { top, count: all.length, sampled: traces.length };
}

function node(service, name, span) {
  return { service, name, span, time: 0, own: 0, most: -1, longest: -1, below: new Map() };
}

/** The nodes from the top to a span's. */
function placeOf(m, top, places, span) {
  if (span < 0) return [top];
  const known = places.get(span);
  if (known) return known;
  const above = placeOf(m, top, places, m.parent[span]);
  const { below } = above[above.length - 1];
  const key = `${m.service[span]} ${m.name[span]}`;
  if (!below.has(key)) below.set(key, node(m.service[span], m.name[span], span));
  const chain = [...above, below.get(key)];
  places.set(span, chain);
  return chain;
}
