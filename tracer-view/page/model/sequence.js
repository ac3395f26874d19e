// Equal calls of one parent, one after the other: what could run together, and what was retried.

import { children, isFailed } from './data.js';

/** Fewer equal calls than this are no sequence. */
const CALLS = 5;

/** Less than this would not be saved by running them together: nanoseconds. */
const WORTH = 1e6;

/**
 * @param {import('./data.js').Model} m @param {number} parent
 * @returns {{spans: number[], retried: boolean, cost: number}[]}  cost: what was waited for in vain
 */
export function sequences(m, parent) {
  const kinds = new Map();
  for (const child of children(m, parent)) {
    const kind = m.service[child] * 1e6 + m.name[child];
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push(child);
  }
  const found = [];
  for (const spans of kinds.values()) {
    if (spans.length < 2) continue;
    for (const run of runs(m, spans)) {
      const one = retries(m, run) ?? together(m, run);
      if (one) found.push(one);
    }
  }
  return found;
}

/** Stretches in which each begins after the one before has ended. */
function runs(m, spans) {
  const all = [[spans[0]]];
  for (const span of spans.slice(1)) {
    const last = all[all.length - 1];
    if (m.start[span] >= m.end[last[last.length - 1]]) last.push(span);
    else all.push([span]);
  }
  return all;
}

function retries(m, run) {
  const failed = run.filter((span, k) => k < run.length - 1 && isFailed(m, span));
  if (run.length < 2 || failed.length < run.length - 1) return null;
  // From the first attempt to the last: pauses between them are waited for, too.
  return { spans: run, retried: true, cost: m.start[run[run.length - 1]] - m.start[run[0]] };
}

function together(m, run) {
  if (run.length < CALLS) return null;
  const lengths = run.map((span) => m.end[span] - m.start[span]);
  const cost = m.end[run[run.length - 1]] - m.start[run[0]] - Math.max(...lengths);
  return cost > WORTH ? { spans: run, retried: false, cost } : null;
}
