import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cohorts, kinds } from '../model/cohort.js';
import { columns } from '../model/columns.js';
import { compare } from '../model/compare.js';
import { lengthOf, model } from '../model/data.js';
import { lookThrough } from '../model/findings.js';
import { layers } from '../model/layers.js';
import { operations } from '../model/operations.js';
import { Pictures } from '../model/picture.js';
import { search } from '../model/search.js';
import { serviceMap } from '../model/services.js';
import { readLink, writeLink } from '../link.js';
import { shop } from './shop.js';
import { span } from './spans.js';

const shopped = model(shop(60));

/** What is found, as text. */
function found(spans) {
  const m = model(columns(spans));
  const looking = lookThrough(m);
  let step = looking.next();
  while (!step.done) step = looking.next();
  return step.value.map((one) => `${one.kind} ${m.strings[m.name[one.span]]} ${one.worst / 1e6}`);
}

test('equal calls in sequence, but not few of them, and not at once', () => {
  const calls = (n, gap) => Array.from({ length: n }, (_, k) => span(k + 2, 1, 'ask', k * gap, k * gap + 2));
  assert.deepEqual(found([span(1, 0, 'root', 0, 30), ...calls(6, 2)]), ['sequence ask 10']);
  assert.deepEqual(found([span(1, 0, 'root', 0, 30), ...calls(4, 2)]), []);
  assert.deepEqual(found([span(1, 0, 'root', 0, 30), ...calls(6, 1)]), []);
});

test('attempts that failed before the last', () => {
  assert.deepEqual(
    found([span(1, 0, 'root', 0, 30), span(2, 1, 'try', 0, 2, { failed: true }), span(3, 1, 'try', 5, 8)]),
    ['error try 2', 'retry try 5'].sort((a, b) => (a < b ? -1 : 1)),
  );
});

test('a long poll is laid to the innermost span that was there', () => {
  const slices = [
    [0, 1e6],
    [5e6, 20e6],
  ];
  assert.deepEqual(
    found([
      span(1, 0, 'root', 0, 30, { slices, polls: 2, pollsKnown: true }),
      span(2, 1, 'hash', 5, 25),
      span(3, 1, 'beside', 5, 25, { spawned: true }),
    ]),
    ['blocked hash 20'],
  );
});

test('waits in line that the request waited for', () => {
  assert.deepEqual(
    found([span(1, 0, 'root', 0, 30), span(2, 1, 'pool.acquire', 1, 21), span(3, 1, 'blocks', 21, 29)]),
    ['pool pool.acquire 20'],
  );
  const CLIENT = 2;
  for (const [kind, expected] of [
    [0, ['pool connect 20']],
    [CLIENT, []],
  ])
    assert.deepEqual(found([span(1, 0, 'root', 0, 30), span(2, 1, 'connect', 1, 21, { kind })]), expected);
});

test('what outlived its request, and what was cancelled late', () => {
  assert.deepEqual(found([span(1, 0, 'root', 0, 10), span(2, 1, 'audit', 5, 40, { spawned: true })]), [
    'outlived audit 30',
  ]);
  assert.deepEqual(found([span(1, 0, 'root', 0, 10, { outcome: 1 })]), ['cancelled root 10']);
});

test('an error counts where it began, not where it passed', () => {
  assert.deepEqual(
    found([
      span(1, 0, 'root', 0, 10, { failed: true, passedOn: true }),
      span(2, 1, 'deep', 1, 2, { failed: true }),
    ]),
    ['error deep 10'],
  );
});

test('an error that came from another service did not begin where that is told', () => {
  const failed = (message, sources = []) => ({ failed: true, error: { type: 'E', message, sources } });
  const spans = (deepest) => [
    span(1, 0, 'checkout', 0, 10, { service: 'web', ...failed('not placed', ['answered 402: over the limit']) }),
    span(2, 1, 'call', 1, 9, { service: 'web', failed: true, error: { type: '402', message: '', sources: [] } }),
    span(3, 2, 'serve', 2, 8, { service: 'payment' }),
    span(4, 3, 'charge', 3, 7, { service: 'payment', ...failed(deepest) }),
  ];
  const origins = (deepest) => found(spans(deepest)).filter((one) => one.startsWith('error'));
  assert.deepEqual(origins('over the limit'), ['error charge 10']);
  // What is told is another error: then there are two.
  assert.deepEqual(origins('no such card').length, 2);
  // Of one service it is known which error was passed on: nothing is guessed there.
  const alone = spans('over the limit').map((one) => ({ ...one, service: 'web' }));
  assert.equal(found(alone).filter((one) => one.startsWith('error')).length, 3);
});

test('a search finds by name, service, attribute, state and duration, all at once', () => {
  const count = (text) => search(shopped, text)?.count ?? null;
  assert.equal(count(''), null);
  assert.equal(count('select price'), count('SELECT') && search(shopped, '"select price"').count);
  assert.ok(count('bank') > 0 && count('bank') === count('name=bank'));
  assert.ok(count('service=payment') > count('service=payment error'));
  assert.equal(count('user.id=7'), search(shopped, 'user.id="7"').count);
  assert.equal(count('>1ms') + count('-">1ms"') >= shopped.count, true);
  assert.equal(count('error') + count('-error'), shopped.count);
  assert.equal(count('>400ms <500ms POST /checkout'), 5);
  assert.equal(count('no-such-thing'), 0);
});

test('operations count, and quantiles are durations that were there', () => {
  const rows = operations(shopped);
  assert.equal(
    rows.reduce((sum, row) => sum + row.count, 0),
    shopped.count,
  );
  for (const row of rows) assert.ok(row.p50 <= row.p95 && row.p95 <= row.p99 && row.p99 <= row.total);
  const charge = rows.find((row) => shopped.strings[row.name] === 'bank.charge');
  assert.deepEqual([charge.count, charge.failed], [54, 10]);
});

test('the map has who calls whom, and what is called without spans of its own', () => {
  const { by, nodes, edges } = serviceMap(shopped);
  assert.equal(by, 'service');
  assert.deepEqual(nodes.map((node) => node.name).sort(), ['payment', 'postgresql', 'stock', 'web']);
  const calls = edges.map((edge) => `${nodes[edge.from].name} ${nodes[edge.to].name}`).sort();
  assert.deepEqual(calls, ['stock postgresql', 'web payment', 'web postgresql', 'web stock']);
});

test('a call that its caller took for failed is one that failed, whatever the called one says', () => {
  const CLIENT = 2;
  const { nodes, edges } = serviceMap(
    model(
      columns([
        span(1, 0, 'checkout', 0, 10),
        span(2, 1, 'POST', 1, 5, { kind: CLIENT, failed: true }),
        span(3, 2, 'declined', 2, 4, { service: 't', localRoot: true }),
        span(4, 1, 'POST', 5, 9, { kind: CLIENT }),
        span(5, 4, 'paid', 6, 8, { service: 't', localRoot: true }),
      ]),
    ),
  );
  assert.deepEqual(
    edges.map(({ count, failed }) => [count, failed]),
    [[2, 1]],
  );
  assert.deepEqual(nodes.map(({ name, failed }) => `${name} ${failed}`).sort(), ['s 0', 't 0']);
});

test('spans of one task are in one task, and each service has tasks of its own', () => {
  const task = (key) => ({ spawned: true, task: { key } });
  const m = model(
    columns([
      span(1, 0, 'root', 0, 10),
      span(2, 1, 'select', 0, 5, task('7')),
      span(3, 1, 'update', 5, 10, task('7')),
      span(4, 1, 'in a thread', 0, 10, { spawned: true }),
      span(5, 1, 'served', 0, 10, { service: 't', localRoot: true }),
      span(6, 5, 'select', 0, 10, { service: 't', ...task('7') }),
    ]),
  );
  assert.equal(new Pictures(m).of(0).tasks, 5);
});

test('layers lead from callers to called, and circles end', () => {
  const edges = [
    [0, 1],
    [1, 2],
    [2, 0],
    [0, 2],
    [2, 2],
  ].map(([from, to]) => ({ from, to }));
  const { layer, back } = layers(3, edges);
  assert.deepEqual(layer, [0, 1, 2]);
  assert.deepEqual(back, [false, false, true, false, true]);
});

test('differences of two traces add up to that of their durations', () => {
  const pictures = new Pictures(shopped);
  const [a, b] = [4, 5];
  const sum = compare(shopped, pictures.of(a), pictures.of(b)).reduce((all, row) => all + row.a - row.b, 0);
  assert.equal(Math.round(sum), Math.round(lengthOf(shopped, a) - lengthOf(shopped, b)));
});

test('a cohort is as long as its requests on average', () => {
  const [kind] = kinds(shopped);
  const { slow, rest } = cohorts(shopped, kind.traces);
  const mean = (traces) => traces.reduce((sum, t) => sum + lengthOf(shopped, t), 0) / traces.length;
  const sorted = [...kind.traces].sort((x, y) => lengthOf(shopped, y) - lengthOf(shopped, x));
  assert.ok(Math.abs(slow.top.time - mean(sorted.slice(0, slow.count))) < 1000);
  assert.ok(Math.abs(rest.top.time - mean(sorted.slice(slow.count))) < 1000);
});

test('links come back as they were, and what is no link is left out', () => {
  const place = {
    view: 'flame',
    trace: 'a'.repeat(32),
    span: 'b'.repeat(16),
    from: -5,
    to: 70,
    search: 'x=y & "z"',
    compare: 'c'.repeat(32),
  };
  assert.deepEqual(readLink(writeLink(place)), place);
  assert.deepEqual(readLink('#view=nothing&trace=zz&from=9&to=3&span=<b>'), {});
  assert.equal(writeLink({ view: 'map', search: undefined }), '#view=map');
});
