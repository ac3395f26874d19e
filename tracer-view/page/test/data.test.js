import assert from 'node:assert/strict';
import { test } from 'node:test';

import { criticalPath, holders } from '../model/critical.js';
import { children, model, polled, spanId } from '../model/data.js';
import { columns } from '../model/columns.js';
import { layout } from '../model/layout.js';
import { anyTrace, id, largeTrace } from './random.js';
import { span } from './spans.js';

const SEEDS = Array.from({ length: 400 }, (_, seed) => seed);

function random(seed) {
  return model(anyTrace(seed, 2 + ((seed * 37) % 300)));
}

const names = (m, path) => [...path].filter(([, own]) => own.length > 0).map(([i]) => m.strings[m.name[i]]);

test('columns keep what spans say', () => {
  const given = [
    span(3, 2, 'c', 1, 9),
    span(1, 0, 'a', 0, 10),
    span(2, 1, 'b', 0.5, 9.5),
    span(4, 1, 'd', 0.25, 1),
  ];
  const m = model(columns(given));
  assert.deepEqual(
    Array.from({ length: 4 }, (_, i) => m.strings[m.name[i]]),
    ['a', 'd', 'b', 'c'],
  );
  assert.deepEqual([...m.parent], [-1, 0, 0, 2]);
  assert.deepEqual([...children(m, 0)], [1, 2]);
  assert.deepEqual([...m.start], [0, 0.25e6, 0.5e6, 1e6]);
  assert.deepEqual([...m.end], [10e6, 1e6, 9.5e6, 9e6]);
  assert.equal(spanId(m, 2), id(2));
  assert.equal(m.self[0], 0.75e6);
});

test('an inner span was polled while its task was', () => {
  const slices = [
    [0, 1e6],
    [5e6, 2e6],
  ];
  const m = model(columns([span(1, 0, 'a', 0, 10, { slices, pollsKnown: true }), span(2, 1, 'b', 0.5, 6)]));
  assert.deepEqual(polled(m, 0), { total: 3e6, longest: 2e6 });
  assert.deepEqual(polled(m, 1), { total: 1.5e6, longest: 1e6 });
});

test('of a task that has only a number of polls, nothing is said of when', () => {
  const m = model(
    columns([
      span(1, 0, 'a', 0, 10, { polls: 6, pollsKnown: true }),
      span(2, 1, 'b', 1, 2, { polls: 1, pollsKnown: true }),
    ]),
  );
  assert.deepEqual([polled(m, 0), polled(m, 1)], [null, null]);
  const once = model(columns([span(1, 0, 'a', 0, 10, { polls: 1, pollsKnown: true })]));
  assert.deepEqual(polled(once, 0), { total: 10e6, longest: 10e6 });
});

test('the critical path covers the root, each moment once', () => {
  for (const seed of SEEDS) {
    const m = random(seed);
    for (const root of [m.traces.root[0], m.count >> 1]) {
      const parts = [...criticalPath(m, root).values()].flat().sort((a, b) => a[0] - b[0]);
      let at = m.start[root];
      for (const [from, to] of parts) {
        assert.equal(from, at, `seed ${seed}`);
        at = to;
      }
      assert.equal(at, Math.max(m.end[root], at), `seed ${seed}`);
      if (m.end[root] > m.start[root]) assert.equal(at, m.end[root], `seed ${seed}`);
    }
  }
});

test('of concurrent children the last to end was waited for', () => {
  const m = model(
    columns([
      span(1, 0, 'root', 0, 10),
      span(2, 1, 'short', 0, 4),
      span(3, 1, 'long', 0, 9),
      span(4, 2, 'inside short', 0, 4),
      span(5, 3, 'inside long', 1, 8),
    ]),
  );
  const path = criticalPath(m, 0);
  assert.deepEqual(new Set(names(m, path)), new Set(['root', 'long', 'inside long']));
  assert.equal(m.strings[holders(m, path)[0].name], 'inside long');
});

test('the loser of a race was not waited for', () => {
  const m = model(
    columns([
      span(1, 0, 'root', 0, 10),
      span(2, 1, 'winner', 0, 5),
      span(3, 1, 'loser', 0, 5.01, { outcome: 1 }),
    ]),
  );
  assert.deepEqual(new Set(names(m, criticalPath(m, 0))), new Set(['root', 'winner']));
});

test('who woke a task was waited for', () => {
  const wakes = [{ at: 6e6, waited: 1000, by: 'b'.repeat(32) + id(3) }];
  const slices = [
    [0, 1e6],
    [6.001e6, 1e6],
  ];
  const m = model(
    columns([
      span(1, 0, 'root', 0, 10),
      span(2, 1, 'receive', 0, 9, { spawned: true, wakes, slices, pollsKnown: true }),
      span(3, 1, 'send', 0, 11, { spawned: true }),
    ]),
  );
  const path = criticalPath(m, 0);
  const sender = [...path].find(([i]) => m.strings[m.name[i]] === 'send');
  assert.deepEqual(sender?.[1], [[1e6, 6e6]]);
});

test('who woke a task for another of its futures was not waited for', () => {
  const by = 'b'.repeat(32) + id(4);
  const wakes = [
    { at: 3e6, waited: 1000, by },
    { at: 9e6, waited: 1000, by: '' },
  ];
  const m = model(
    columns([
      span(1, 0, 'root', 0, 10, {
        wakes,
        slices: [
          [0, 1e6],
          [3e6, 1e6],
          [9e6, 1e6],
        ],
        pollsKnown: true,
      }),
      span(2, 1, 'read', 0, 9.5),
      span(4, 1, 'helper', 0, 3.1, { spawned: true }),
    ]),
  );
  const path = criticalPath(m, 0);
  assert.deepEqual(new Set(names(m, path)), new Set(['root', 'read']));
});

/** Bars and groups of a layout: row, from, to, and what it is. */
function bars(m, lanes) {
  const found = [];
  lanes.rows.forEach((row, r) => row.forEach((i) => found.push({ r, lo: m.start[i], hi: m.end[i], of: i })));
  for (const groups of lanes.groupsOf.values()) {
    for (const group of groups) found.push({ r: group.row, lo: group.lo, hi: group.hi, of: group });
  }
  return found.sort((a, b) => a.r - b.r || a.lo - b.lo || a.hi - b.hi);
}

function checkLayout(m, lanes, what) {
  const all = bars(m, lanes);
  all.forEach((bar, k) => {
    const before = all[k - 1];
    assert.ok(!before || before.r < bar.r || before.hi <= bar.lo, `${what}: bars overlap in row ${bar.r}`);
  });
  for (let i = 0; i < m.count; i++) {
    if (m.parent[i] < 0 || lanes.folded[i]) continue;
    assert.ok(lanes.row[i] > lanes.row[m.parent[i]], `${what}: child ${i} is not below its parent`);
  }
  const drawn = all.filter((bar) => typeof bar.of === 'number').length;
  assert.equal(drawn + lanes.folded.reduce((sum, one) => sum + one, 0), m.count, `${what}: all spans`);
}

test('no two bars of a row overlap, and children are below their parents', () => {
  for (const seed of SEEDS) {
    const m = random(seed);
    const path = criticalPath(m, m.traces.root[0]);
    const lanes = layout(m, 0, path);
    checkLayout(m, lanes, `seed ${seed}`);
    const all = new Set([...lanes.groupsOf.values()].flat().map((group) => group.key));
    checkLayout(m, layout(m, 0, path, all), `seed ${seed} unfolded`);
  }
});

test('more than eight equal siblings beside the path become one bar', () => {
  const beside = Array.from({ length: 9 }, (_, k) => span(k + 3, 1, 'ask', k / 2, 5 + k / 4));
  const m = model(columns([span(1, 0, 'root', 0, 10), span(2, 1, 'slow', 0, 9.9), ...beside]));
  const lanes = layout(m, 0, criticalPath(m, 0));
  const [group] = [...lanes.groupsOf.values()].flat();
  assert.equal(group.members.length, 9);
  assert.equal(group.most, 9);
  assert.equal(lanes.rows.length, 3);
  assert.equal(layout(m, 0, criticalPath(m, 0), new Set([group.key])).rows.length, 11);
});

test('a large trace is laid out in time', () => {
  const m = model(largeTrace(100_000));
  const before = process.cpuUsage();
  const lanes = layout(m, 0, criticalPath(m, 0));
  const spent = process.cpuUsage(before);
  checkLayout(m, lanes, 'large');
  // time: a quadratic layout takes minutes here.
  assert.ok(spent.user + spent.system < 5e6, `${spent.user} µs`);
});
