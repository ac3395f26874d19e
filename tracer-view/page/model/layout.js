// Lanes: a place for each span of a trace, so that bars never overlap and children are below parents.
//
// Each subtree is a block, from its earliest start to its latest end. Children that wait for each
// other share a lane; concurrent ones get lanes of their own. Children on the critical path own the
// first lane, so that the path is a straight spine. Many equal children become one bar.

import { children, isFailed, roots } from './data.js';
import { Shelf } from './shelf.js';

/** More equal siblings than this, none on the critical path, are folded. */
export const FOLD = 8;

/**
 * @typedef {object} Group equal siblings that are drawn as one bar
 * @property {string} key  what unfolds it
 * @property {Int32Array} members  by start
 * @property {number} lo  @property {number} hi  @property {number} row
 * @property {number} failed  @property {number} p50  @property {number} p95  @property {number} most
 */

/**
 * @typedef {object} Layout
 * @property {Int32Array} row  of each span of the trace, by index less `first`; folded: their group's
 * @property {Int32Array[]} rows  the bars of each row, by start
 * @property {Map<number, Group[]>} groupsOf  by row
 * @property {Uint8Array} folded  1 where a span has no bar of its own
 */

/**
 * @param {import('./data.js').Model} m @param {number} trace
 * @param {Map<number, unknown>} path  spans on the critical path
 * @param {Set<string>} [unfolded]  keys of groups that are drawn bar by bar
 * @returns {Layout}
 */
export function layout(m, trace, path, unfolded = new Set()) {
  const [first, next] = [m.traces.first[trace], m.traces.first[trace + 1]];
  const work = {
    m, path, unfolded, first,
    lo: m.start.slice(first, next), hi: m.end.slice(first, next),
    height: new Int32Array(next - first).fill(1), below: new Int32Array(next - first),
    folded: new Uint8Array(next - first), groups: new Map(),
  };
  // Parents lie before children: from the end, each subtree is done before its parent asks.
  for (let i = next - 1; i >= first; i--) {
    if (m.childFrom[i] === m.childFrom[i + 1]) continue;
    const block = { lo: work.lo[i - first], hi: work.hi[i - first], height: 1 };
    stack(work, String(i), children(m, i), block, 1);
    work.lo[i - first] = block.lo;
    work.hi[i - first] = block.hi;
    work.height[i - first] = block.height;
  }
  const all = { lo: Infinity, hi: -Infinity, height: 0 };
  stack(work, 'root', roots(m, trace), all, 0);
  return place(work, next - first, all);
}

/** Places the blocks of children below a parent, `inset` rows below its own. */
function stack(work, key, list, parent, inset) {
  const blocks = fold(work, key, list);
  blocks.sort((a, b) => a.lo - b.lo || b.hi - a.hi);
  const spine = spineOf(work, blocks);
  const shelf = new Shelf();
  let next = 0;
  for (const block of blocks) {
    let row = 0;
    if (next < spine.length && spine[next] === block) {
      next += 1;
      shelf.take(0, block.height, block.hi);
    } else {
      row = shelf.fit(block, reserved(spine, next, block));
    }
    if (block.group) block.group.below = row + inset;
    else work.below[block.span - work.first] = row + inset;
    parent.lo = Math.min(parent.lo, block.lo);
    parent.hi = Math.max(parent.hi, block.hi);
    parent.height = Math.max(parent.height, row + inset + block.height);
  }
}

/** The blocks on the critical path, as far as they follow on each other. */
function spineOf({ path }, blocks) {
  const spine = [];
  let until = -Infinity;
  for (const block of blocks) {
    if (block.group || !path.has(block.span) || block.lo < until) continue;
    spine.push(block);
    until = block.hi;
  }
  return spine;
}

/** Rows at the top that belong to what of the spine comes before a block ends. */
function reserved(spine, next, block) {
  let rows = 0;
  for (let k = next; k < spine.length && spine[k].lo < block.hi; k++) {
    rows = Math.max(rows, spine[k].height);
    // Many: then they are of few heights, and this is enough.
    if (k - next > 256) return spine.reduce((most, { height }) => Math.max(most, height), rows);
  }
  return rows;
}

/** One block for each child, and one for each kind of children that are too many. */
function fold(work, key, list) {
  const { m, first, path, unfolded } = work;
  const block = (span) => {
    const at = span - first;
    return { span, lo: work.lo[at], hi: work.hi[at], height: work.height[at] };
  };
  if (list.length <= FOLD) return Array.from(list, block);
  const kinds = new Map();
  const blocks = [];
  for (const span of list) {
    if (path.has(span)) {
      blocks.push(block(span));
      continue;
    }
    const kind = `${m.service[span]} ${m.name[span]}`;
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push(span);
  }
  for (const [kind, spans] of kinds) {
    const name = `${key} ${kind}`;
    if (spans.length <= FOLD || unfolded.has(name)) {
      blocks.push(...spans.map(block));
      continue;
    }
    const group = groupOf(work, name, spans, key === 'root' ? -1 : Number(key));
    blocks.push({ group, lo: group.lo, hi: group.hi, height: 1 });
  }
  return blocks;
}

function groupOf(work, key, spans, parent) {
  const { m, first } = work;
  const group = { key, parent, members: Int32Array.from(spans), lo: Infinity, hi: -Infinity, failed: 0, row: 0, below: 0 };
  for (const span of spans) {
    group.lo = Math.min(group.lo, work.lo[span - first]);
    group.hi = Math.max(group.hi, work.hi[span - first]);
    if (isFailed(m, span)) group.failed += 1;
    work.folded[span - first] = 1;
  }
  const durations = Float64Array.from(spans, (span) => m.end[span] - m.start[span]).sort();
  group.p50 = durations[Math.ceil(durations.length * 0.5) - 1];
  group.p95 = durations[Math.ceil(durations.length * 0.95) - 1];
  group.most = atOnce(m, spans);
  work.groups.set(key, group);
  return group;
}

/** How many spans were alive at once, at most. */
function atOnce(m, spans) {
  const ends = Float64Array.from(spans, (span) => m.end[span]).sort();
  let [most, over] = [0, 0];
  spans.forEach((span, began) => {
    while (over < ends.length && ends[over] <= m.start[span]) over += 1;
    most = Math.max(most, began + 1 - over);
  });
  return Math.max(1, most);
}

/** From the top down, rows become absolute. */
function place({ m, first, folded, below, groups }, length, all) {
  const row = new Int32Array(length);
  const counts = new Int32Array(all.height);
  for (let at = 0; at < length; at++) {
    const parent = m.parent[at + first] - first;
    const hidden = m.parent[at + first] >= 0 && folded[parent];
    if (hidden) folded[at] = 1;
    const above = m.parent[at + first] >= 0 ? row[parent] : 0;
    row[at] = hidden ? above : above + below[at];
    if (!folded[at]) counts[row[at]] += 1;
    else if (!hidden) row[at] = above;
  }
  const groupsOf = new Map();
  for (const group of groups.values()) {
    if (group.parent >= 0 && folded[group.parent - first]) continue;
    group.row = (group.parent >= 0 ? row[group.parent - first] : 0) + group.below;
    for (const span of group.members) row[span - first] = group.row;
    if (!groupsOf.has(group.row)) groupsOf.set(group.row, []);
    groupsOf.get(group.row).push(group);
  }
  const rows = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let at = 0; at < length; at++) {
    if (!folded[at]) rows[row[at]][counts[row[at]]++] = at + first;
    else if (m.parent[at + first] >= 0 && folded[m.parent[at + first] - first]) {
      row[at] = row[m.parent[at + first] - first];
    }
  }
  for (const bars of rows) bars.sort((a, b) => m.start[a] - m.start[b] || m.end[a] - m.end[b]);
  const shown = rows.reduce((sum, bars) => sum + bars.length, 0);
  return { row, first, rows, groupsOf, folded, shown, lo: all.lo, hi: all.hi };
}
