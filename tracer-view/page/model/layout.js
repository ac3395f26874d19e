// Lanes: a place for each span of a trace, so that bars never overlap and children are below parents.
//
// Each subtree is a block of rows. Children that wait for each other share a lane; concurrent ones
// get lanes of their own. Children on the critical path own the first lane, so that the path is a
// straight spine. Many equal children become one bar.

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
    m,
    path,
    unfolded,
    first,
    blocks: new Array(next - first),
    below: new Int32Array(next - first),
    folded: new Uint8Array(next - first),
    groups: new Map(),
  };
  // Parents lie before children: from the end, each subtree is done before its parent asks.
  for (let i = next - 1; i >= first; i--) {
    if (m.childFrom[i] === m.childFrom[i + 1]) continue;
    const shelf = stack(work, i, children(m, i), 1);
    shelf.los.push(m.start[i]);
    shelf.his.push(m.end[i]);
    work.blocks[i - first] = blockOf(i, shelf);
  }
  const all = blockOf(-1, stack(work, -1, roots(m, trace), 0));
  return place(work, next - first, all);
}

/** What a subtree takes, once all of it has its place. */
function blockOf(span, { los, his, lo, hi }) {
  const last = los.length - 1;
  return { span, los, his, lo: Math.min(lo, los[last]), hi: Math.max(hi, his[last]) };
}

/** Places the blocks of children below a parent, `inset` rows below its own. */
function stack(work, parent, list, inset) {
  const shelf = new Shelf();
  [shelf.lo, shelf.hi] = [Infinity, -Infinity];
  if (list.length === 0) return shelf;
  const blocks = fold(work, parent, list);
  if (blocks.length > 1) blocks.sort((a, b) => a.lo - b.lo || b.hi - a.hi);
  const spine = spineOf(work, blocks);
  let next = 0;
  for (const block of blocks) {
    const isSpine = spine[next] === block;
    if (isSpine) next += 1;
    [shelf.lo, shelf.hi] = [Math.min(shelf.lo, block.lo), Math.max(shelf.hi, block.hi)];
    let row = 0;
    if (isSpine && shelf.next(block, 0) === 0) shelf.take(block, 0);
    else row = shelf.fit(block, reserved(spine, next, block));
    if (block.group) block.group.below = row + inset;
    else work.below[block.span - work.first] = row + inset;
  }
  return shelf;
}

/** The blocks on the critical path, as far as their own bars follow on each other. */
function spineOf({ m, path }, blocks) {
  const spine = [];
  let until = -Infinity;
  for (const block of blocks) {
    if (block.group || !path.has(block.span) || m.start[block.span] < until) continue;
    spine.push(block);
    until = m.end[block.span];
  }
  return spine;
}

/** Rows at the top that belong to what of the spine comes before a block ends. */
function reserved(spine, next, block) {
  let rows = 0;
  for (let k = next; k < spine.length && spine[k].lo < block.hi; k++) {
    rows = Math.max(rows, spine[k].los.length);
    // Many: then they are of few heights, and this is enough.
    if (k - next > 256) return spine.reduce((most, { los }) => Math.max(most, los.length), rows);
  }
  return rows;
}

/** What a span without children takes. */
function leaf({ start, end }, span) {
  return { span, los: [start[span]], his: [end[span]], lo: start[span], hi: end[span] };
}

/** One block for each child, and one for each kind of children that are too many. */
function fold(work, parent, list) {
  const { m, first, path, unfolded } = work;
  const block = (span) => {
    const made = work.blocks[span - first];
    work.blocks[span - first] = null;
    return made ?? leaf(m, span);
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
    const name = `${parent} ${kind}`;
    if (spans.length <= FOLD || unfolded.has(name)) {
      blocks.push(...spans.map(block));
      continue;
    }
    const group = groupOf(work, name, spans, parent);
    blocks.push({ group, lo: group.lo, hi: group.hi, los: [group.lo], his: [group.hi] });
  }
  return blocks;
}

function groupOf(work, key, spans, parent) {
  const { m, first } = work;
  const group = {
    key,
    parent,
    members: Int32Array.from(spans),
    lo: Infinity,
    hi: -Infinity,
    failed: 0,
    row: 0,
    below: 0,
  };
  for (const span of spans) {
    const { lo, hi } = work.blocks[span - first] ?? leaf(m, span);
    [group.lo, group.hi] = [Math.min(group.lo, lo), Math.max(group.hi, hi)];
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
  const counts = new Int32Array(all.los.length);
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
