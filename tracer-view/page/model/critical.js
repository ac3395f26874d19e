// The critical path: at each moment of a request, the span that it waited for.

import { CANCELLED, children } from './data.js';

/** A cancelled span that ended within this part of its life after a sibling lost a race to it. */
const RACE = 100;

/**
 * Walks back from a root's end. The child that ended last before that moment is the one that was
 * waited for, and the walk goes on from its start. Where it is known who woke the task last, that
 * span was waited for. What outlives its parent was not. The parts cover the root exactly, once.
 * @param {import('./data.js').Model} m @param {number} root
 * @returns {Map<number, [number, number][]>} by span, the parts of the path that are its own
 */
export function criticalPath(m, root) {
  const path = new Map();
  const known = new Map();
  const open = [{ span: root, from: m.start[root], to: m.end[root], above: null }];
  for (let part = open.pop(); part; part = open.pop()) {
    const { span, from, to } = part;
    const own = path.get(span) ?? [];
    path.set(span, own);
    let [moment, outside] = [to, false];
    for (const cause of causes(m, known, part)) {
      if (cause.at > moment || cause.at <= from) continue;
      if (cause.woken && (outside || cause.span < 0)) {
        // The last to wake it ended its wait: who woke it before did so for another of its task.
        outside = true;
        continue;
      }
      outside = false;
      if (moment > cause.at) own.push([cause.at, moment]);
      moment = Math.max(from, cause.woken ? waitingSince(m, span, cause.at) : cause.since);
      if (cause.at > moment) wait(m, open, part, cause, moment);
    }
    if (moment > from) own.push([from, moment]);
  }
  for (const own of path.values()) own.sort((a, b) => a[0] - b[0]);
  return path;
}

/** Hands the time of a cause on: to its span, and before that began to those it is below. */
function wait(m, open, part, { at, span }, since) {
  let [inner, until] = [span, at];
  // Most are children, which answer for all of it but what was before their start.
  if (m.parent[span] === part.span) {
    open.push({ span, from: since, to: at, above: { span: part.span, above: part.above } });
    return;
  }
  while (until > since) {
    const above = { span: part.span, above: part.above };
    // What nobody else answers for is the waiting span's own.
    if (inner < 0 || isAbove(part, inner)) {
      open.push({ span: part.span, from: since, to: until, above: part.above, own: true });
      return;
    }
    const from = Math.max(since, m.start[inner]);
    if (from < until) open.push({ span: inner, from, to: until, above });
    [inner, until] = [m.parent[inner], Math.min(until, from)];
  }
}

/** Why a span went on, the last cause first. */
function causes(m, known, part) {
  if (part.own) return [];
  const { span, from, to } = part;
  let all = known.get(span);
  if (!all) known.set(span, (all = waitedFor(m, span)));
  const owner = m.owner[span];
  const [first, last] = [m.wakeFrom[owner], m.wakeFrom[owner + 1]];
  if (first === last) return all;
  const woken = [];
  for (let k = first; k < last; k++) {
    const [at, by] = [m.wakeAt[k], m.wakeBy[k]];
    if (at <= from || at > to || m.owner[by] === owner || isAbove(part, by)) continue;
    const known = by >= 0 && m.trace[by] === m.trace[span];
    woken.push({ at, woken: true, span: known ? by : -1 });
  }
  return woken.length === 0 ? all : [...all, ...woken].sort((a, b) => b.at - a.at);
}

function isAbove(part, span) {
  for (let above = part; above; above = above.above) if (above.span === span) return true;
  return false;
}

/** When the poll ended after which its task waited for this wake. */
function waitingSince(m, span, at) {
  const owner = m.owner[span];
  let since = m.start[span];
  for (let k = m.sliceFrom[owner]; k < m.sliceFrom[owner + 1] && m.sliceEnd[k] <= at; k++) {
    since = Math.max(since, m.sliceEnd[k]);
  }
  return since;
}

/** The children that may have been waited for, the last to end first. */
function waitedFor(m, span) {
  const byEnd = [...children(m, span)].sort((a, b) => m.end[a] - m.end[b]);
  const waited = [];
  let winner = -Infinity;
  for (const child of byEnd) {
    const [start, end] = [m.start[child], m.end[child]];
    const cancelled = m.outcome[child] === CANCELLED;
    // The loser of a race is dropped right after the winner has ended.
    const lost = cancelled && winner > start && end - winner <= (end - start) / RACE;
    if (!cancelled) winner = end;
    if (!lost) waited.push({ at: end, since: start, span: child });
  }
  return waited.reverse();
}

/**
 * Who holds a path: nanoseconds by service and name, the most first.
 * @param {import('./data.js').Model} m @param {Map<number, [number, number][]>} path
 */
export function holders(m, path) {
  const held = new Map();
  for (const [span, own] of path) {
    const time = own.reduce((sum, [from, to]) => sum + to - from, 0);
    if (time === 0) continue;
    const key = `${m.service[span]} ${m.name[span]}`;
    const entry = held.get(key) ?? {
      name: m.name[span],
      service: m.service[span],
      time: 0,
      longest: -1,
      most: 0,
      spans: 0,
    };
    held.set(key, entry);
    entry.time += time;
    entry.spans += 1;
    if (time > entry.most) [entry.most, entry.longest] = [time, span];
  }
  return [...held.values()].sort((a, b) => b.time - a.time);
}
