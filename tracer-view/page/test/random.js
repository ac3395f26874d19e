// Made-up traces without any sense, for what must hold of all traces; the same ones each time.

import { columns } from '../model/columns.js';

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). @param {number} seed */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}

const TRACE = 'a'.repeat(32);

/** @param {number} i @returns {string} a span's id */
export function id(i) {
  return (i + 1).toString(16).padStart(16, '0');
}

/**
 * Spans of a trace where anything may be: children that outlive parents or begin before them, many
 * equal siblings, tasks, wakes, cancelled ones, several roots.
 * @param {number} seed @param {number} count
 */
export function anySpans(seed, count) {
  const next = random(seed);
  const spans = [];
  const names = 1 + Math.floor(next() * 4);
  const deep = next();
  for (let i = 0; i < count; i++) {
    const near = next() < deep ? Math.max(0, i - 1 - Math.floor(next() * 3)) : Math.floor(next() * i);
    const parent = i === 0 || next() < 0.01 ? null : spans[near];
    const [lo, hi] = parent ? [parent.lo, parent.hi] : [0, 1000];
    const at = lo + Math.floor(next() * (hi - lo + 1)) - (next() < 0.05 ? 20 : 0);
    const until = next() < 0.1 ? hi + Math.floor(next() * 50) : at + Math.floor(next() * (hi - at + 1));
    spans.push(anySpan(next, i, parent, [at, Math.max(at, until)], names));
  }
  return spans;
}

function anySpan(next, i, parent, [lo, hi], names) {
  const span = {
    lo,
    hi,
    trace: TRACE,
    id: id(i),
    parent: parent?.id ?? '',
    name: `n${Math.floor(next() * names)}`,
    service: 's',
    kind: 0,
    start: BigInt(lo + 1000),
    end: BigInt(hi + 1000),
    wakes: [],
    slices: [],
    spawned: next() < 0.2,
    outcome: next() < 0.1 ? 1 : 0,
    failed: next() < 0.1,
  };
  for (let at = 0; next() < 0.5 && at < hi - lo;) {
    const length = Math.floor(next() * 5);
    span.slices.push([at, length]);
    at += length + 1 + Math.floor(next() * 20);
  }
  span.pollsKnown = span.slices.length > 0;
  for (let at = 0; next() < 0.4 && at < hi - lo; at += Math.floor(next() * 30)) {
    span.wakes.push({ at, waited: 1, by: TRACE + id(Math.floor(next() * (i + 3))) });
  }
  return span;
}

/** One trace of them. @param {number} seed @param {number} count @returns {object} columns */
export function anyTrace(seed, count) {
  return columns(anySpans(seed, count), 'random');
}

/** One trace in which anything runs beside anything else: large. @param {number} count */
export function largeTrace(count) {
  const next = random(count);
  const spans = [];
  const names = ['load', 'SELECT user', 'render', 'GET /price/{id}', 'cache::get', 'decode', 'sign'];
  for (let i = 0; i < count; i++) {
    const above = i === 0 ? null : spans[Math.floor(i / (2 + (i % 7)))];
    const [lo, hi] = above ? [above.lo, above.hi] : [0, 400e6];
    const from = lo + Math.floor(next() * next() * (hi - lo) * 0.7);
    const to = i === 0 ? hi : from + Math.floor((hi - from) * (0.1 + 0.9 * next() ** 3));
    const slices = [
      [0, Math.floor((to - from) / 9)],
      [Math.floor((to - from) / 2), Math.floor((to - from) / 11)],
    ];
    spans.push({
      lo: from,
      hi: to,
      trace: TRACE,
      id: id(i),
      parent: above?.id ?? '',
      name: names[i % names.length],
      service: ['web', 'prices', 'database'][(i * 7) % 3],
      kind: 0,
      spawned: next() < 0.5,
      polls: 2,
      start: BigInt(1.8e18) + BigInt(from),
      end: BigInt(1.8e18) + BigInt(to),
      slices,
      pollsKnown: true,
      callsite: { function: `shop::f${i % 40}`, module: '', file: 'src/shop.rs', line: i % 40 },
      failed: i > 0 && i % 9973 === 0,
    });
  }
  return columns(spans, 'large');
}

/** Many small traces. @param {number} count */
export function manyTraces(count) {
  const next = random(count);
  const spans = [];
  for (let t = 0; t < count; t++) {
    const trace = (t + 1).toString(16).padStart(32, '0');
    const start = BigInt(1.8e18) + BigInt(t * 1e6);
    const length = Math.floor(1e6 * (1 + 40 * next() ** 6));
    const add = (n, parent, from, to, name) =>
      spans.push({
        trace,
        id: id(t * 8 + n),
        parent: parent < 0 ? '' : id(t * 8 + parent),
        name,
        kind: parent < 0 ? 1 : 0,
        service: n > 1 ? 'database' : 'web',
        start: start + BigInt(Math.floor(from * length)),
        end: start + BigInt(Math.floor(to * length)),
        failed: n === 0 && t % 97 === 0,
        localRoot: parent < 0,
      });
    add(0, -1, 0, 1, t % 3 ? 'GET /item/{id}' : 'POST /order');
    add(1, 0, 0.1, 0.9, 'handle');
    add(2, 1, 0.2, 0.8, 'SELECT item');
  }
  return columns(spans, 'many');
}
