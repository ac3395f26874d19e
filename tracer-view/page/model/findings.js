// What is worth a look, the worst first: each with a span, its place in the code, and its cost.

import { criticalPath, holders } from './critical.js';
import { CANCELLED, PANICKED, children, isFailed, isLocalRoot, isOrigin, isSpawned, lengthOf, pollsKnown } from './data.js';
import { sequences } from './sequence.js';

/** A poll that is longer keeps other tasks of its thread waiting: nanoseconds. */
export const LONG_POLL = 10e6;

/** A request that takes so many times as long as the one in the middle is slow. */
const SLOW = 3;

/** Spans of one trace between two rests. */
const STRIDE = 4096;

/** Slices are merged where there are more. */
const MERGED = 64;

/** What is waited for in line: pools, locks, permits. */
const POOL =
  /(^|[^a-z])(acquire|pool|checkout_conn\w*|get_conn\w*|connect|connection|semaphore|permit|lock|mutex)([^a-z]|$)/i;

/** Whoever calls somebody else connects over the network, which is not waiting in line. */
const CLIENT = 2;

/**
 * @typedef {object} Finding
 * @property {'slow' | 'blocked' | 'sequence' | 'pool' | 'error' | 'retry' | 'outlived' | 'cancelled'} kind
 * @property {number} cost  nanoseconds, of all that were found
 * @property {number} times  how often it was found
 * @property {number} worst  nanoseconds of the worst of them  @property {number} span  the worst of them
 * @property {number} trace  of that span  @property {number} count  what `kind` counts: calls, attempts
 * @property {number} weight  cost, less for what is often meant to be so
 */

/**
 * Looks through traces. It yields now and then, so that a page can draw in between.
 * @param {import('./data.js').Model} m @param {number} [from] @param {number} [to] traces
 * @returns {Generator<void, Finding[]>}
 */
export const lookThrough = function* lookThrough(m, from = 0, to = m.traces.count) {
  const found = new Found(m);
  const usual = from === 0 && to === m.traces.count ? usualOf(m) : null;
  for (let trace = from; trace < to; trace++) {
    let pools = false;
    for (let i = m.traces.first[trace]; i < m.traces.first[trace + 1]; i++) {
      blocked(m, i, found);
      failed(m, i, found);
      cancelled(m, i, found);
      outlived(m, i, found);
      if (m.childFrom[i + 1] - m.childFrom[i] > 1) repeated(m, i, found);
      pools ||= isPool(m, i, found);
      if (i % STRIDE === 0) yield;
    }
    if (pools) waits(m, trace, found);
    if (usual) slow(m, trace, usual, found);
    yield;
  }
  return found.sorted();
};

/** Equal findings of all traces are one. */
class Found {
  constructor(m) {
    this.m = m;
    this.byKey = new Map();
    this.pools = new Map();
  }

  add(kind, span, cost, { weight = 1, count = 1, key = '' } = {}) {
    if (!(cost > 0)) return;
    const { m } = this;
    const name = `${kind} ${m.service[span]} ${m.name[span]} ${key}`;
    const known = this.byKey.get(name);
    if (!known) {
      this.byKey.set(name, {
        kind,
        cost,
        times: 1,
        worst: cost,
        span,
        trace: m.trace[span],
        count,
        weight: cost * weight,
      });
      return;
    }
    known.cost += cost;
    known.weight += cost * weight;
    known.times += 1;
    if (cost > known.worst)
      [known.worst, known.span, known.trace, known.count] = [cost, span, m.trace[span], count];
  }

  sorted() {
    return [...this.byKey.values()].sort((a, b) => b.weight - a.weight || a.span - b.span);
  }
}

function blocked(m, i, found) {
  const [first, last] = [m.sliceFrom[i], m.sliceFrom[i + 1]];
  if (last - first >= MERGED || m.polls[i] === 0 || m.owner[i] !== i) return;
  if (first === last && m.polls[i] === 1 && pollsKnown(m, i)) longPoll(m, i, m.start[i], m.end[i], found);
  for (let k = first; k < last; k++) longPoll(m, i, m.sliceStart[k], m.sliceEnd[k], found);
}

function longPoll(m, i, from, to, found) {
  if (to - from < LONG_POLL) return;
  // Who held it: the innermost span of the task that was there for most of it.
  let [span, inner] = [i, i];
  while (inner >= 0) {
    span = inner;
    inner =
      [...children(m, span)].find(
        (child) =>
          m.owner[child] === i &&
          Math.min(m.end[child], to) - Math.max(m.start[child], from) > 0.8 * (to - from),
      ) ?? -1;
  }
  found.add('blocked', span, to - from, { weight: 3 });
}

function failed(m, i, found) {
  if (!isOrigin(m, i)) return;
  // All that failed above was worth nothing.
  let [top, depth] = [i, 0];
  for (let above = m.parent[i]; above >= 0; above = m.parent[above], depth++)
    if (isFailed(m, above)) top = above;
  const message = m.errors[i]?.message ?? '';
  // Of errors that failed the same, the deepest is where to look first.
  const weight = (m.outcome[i] === PANICKED ? 8 : 4) * (1 + depth / 1e6);
  found.add('error', i, Math.max(1, m.end[top] - m.start[top]), { weight, key: message });
}

function cancelled(m, i, found) {
  if (m.outcome[i] !== CANCELLED || !isLocalRoot(m, i)) return;
  found.add('cancelled', i, m.end[i] - m.start[i]);
}

function outlived(m, i, found) {
  if (!isSpawned(m, i) || m.parent[i] < 0) return;
  let root = m.parent[i];
  while (!isLocalRoot(m, root)) root = m.parent[root];
  const after = m.end[i] - m.end[root];
  // Often meant to be so: worth knowing, seldom the worst.
  if (after > 1e6 && m.end[m.parent[i]] < m.end[i]) found.add('outlived', i, after, { weight: 0.05 });
}

function repeated(m, i, found) {
  for (const { spans, retried, cost } of sequences(m, i)) {
    const kind = retried ? 'retry' : 'sequence';
    found.add(kind, spans[retried ? spans.length - 1 : 0], cost, { count: spans.length });
  }
}

function isPool(m, i, { pools }) {
  const name = m.name[i];
  if (!pools.has(name)) pools.set(name, POOL.test(m.strings[name].slice(0, 200)));
  return pools.get(name) && m.kind[i] !== CLIENT && m.end[i] - m.start[i] > 1e6;
}

/** Of requests of one kind, how long the one in the middle took; of fewer than four, nothing. */
function usualOf(m) {
  const byKind = new Map();
  for (let t = 0; t < m.traces.count; t++) {
    const kind = kindOf(m, t);
    if (!byKind.has(kind)) byKind.set(kind, []);
    byKind.get(kind).push(lengthOf(m, t));
  }
  const middle = (lengths) => Float64Array.from(lengths).sort()[lengths.length >> 1];
  return new Map(
    [...byKind].filter(([, lengths]) => lengths.length >= 4).map(([kind, lengths]) => [kind, middle(lengths)]),
  );
}

function kindOf(m, trace) {
  return m.service[m.traces.root[trace]] * 4194304 + m.name[m.traces.root[trace]];
}

function slow(m, trace, usual, found) {
  const [length, middle] = [lengthOf(m, trace), usual.get(kindOf(m, trace))];
  if (!(length > SLOW * middle) || length - middle < 1e6) return;
  const [most] = holders(m, criticalPath(m, m.traces.root[trace]));
  found.add('slow', most.longest, length - middle, { count: length });
}

function waits(m, trace, found) {
  const root = m.traces.root[trace];
  const path = criticalPath(m, root);
  for (const [span, own] of path) {
    if (!isPool(m, span, found)) continue;
    const held = own.reduce((sum, [from, to]) => sum + to - from, 0);
    if (held > 1e6 && held > 0.02 * (m.end[root] - m.start[root])) found.add('pool', span, held);
  }
}
