import assert from 'node:assert/strict';
import { test } from 'node:test';

import { attributesOf, isFailed, isOrigin, isSpawned, model, place, polled, spanId } from '../model/data.js';
import { isJaeger, readJaeger } from '../model/jaeger.js';
import { isOtlp, readOtlp } from '../model/otlp.js';
import { COLLECTOR, JAEGER, OWN } from './samples.js';

const text = (m, index) => m.strings[index];

test('of our own files all is there again', () => {
  assert.ok(isOtlp(OWN));
  const m = model(readOtlp(OWN).columns);
  assert.deepEqual(
    [0, 1].map((i) => text(m, m.name[i])),
    ['handle', 'query'],
  );
  assert.equal(spanId(m, 1), '64af0744dc59dc32');
  assert.deepEqual([m.parent[1], m.outcome[0], m.polls[1]], [0, 1, 4]);
  assert.deepEqual(
    [isOrigin(m, 1), isOrigin(m, 0), isFailed(m, 0), isSpawned(m, 1)],
    [true, false, true, true],
  );
  assert.deepEqual(
    [...m.sliceStart].map((at) => at - m.start[1]),
    [-2000, 50000000],
  );
  assert.deepEqual(polled(m, 1), { total: 9000, longest: 8000 });
  assert.deepEqual([...m.wakeBy], [0, -1]);
  assert.deepEqual(
    [...m.wakeAt].map((at) => at - m.start[1]),
    [49000000, 49500000],
  );
  assert.deepEqual([...m.wakeWaited], [1000, -1]);
  assert.deepEqual(place(m, m.callsite[1]), {
    function: 'shop::query',
    file: 'src/main.rs',
    line: 8,
    target: '',
    level: 'info',
  });
  const { stack, backtrace, message, sources } = m.errors[1];
  assert.deepEqual(
    stack.map((c) => place(m, c).line),
    [8, 14],
  );
  assert.equal(text(m, message), 'row 3 not found');
  assert.deepEqual(
    sources.map((one) => text(m, one)),
    ['no such row'],
  );
  assert.match(text(m, backtrace), /std::backtrace/);
  assert.deepEqual(attributesOf(m, 1), [
    { key: 'id', type: 'n', text: '3' },
    { key: 'ok', type: 'b', text: 'false' },
  ]);
  assert.equal(text(m, m.errors[0].message), 'row 3 not found');
  assert.deepEqual([m.events.at[0], text(m, m.events.name[0])], [1000000, 'sent']);
  assert.deepEqual(attributesOf(m, 0, m.eventAttributes), [{ key: 'bytes', type: 'n', text: '12' }]);
  assert.deepEqual(m.tasks[1], {
    key: '0000000000000009',
    file: m.strings.indexOf('src/main.rs'),
    line: 15,
    delay: 2500,
    name: 0,
  });
  assert.equal(m.links.span[0], 'd'.repeat(16));
});

test('files of the Collector open, and lines that are none are counted', () => {
  const { columns, refused } = readOtlp(COLLECTOR);
  const m = model(columns);
  assert.equal(refused, 1);
  assert.deepEqual([...m.kind], [1, 2]);
  assert.deepEqual([isOrigin(m, 0), isOrigin(m, 1)], [false, true]);
  assert.equal(text(m, m.errors[1].message), 'refused');
  assert.equal(polled(m, 0), null);
});

test('Jaeger’s files open', () => {
  assert.ok(isJaeger(JAEGER));
  const m = model(readJaeger(JAEGER).columns);
  assert.deepEqual(
    [0, 1].map((i) => text(m, m.name[i])),
    ['find', 'redis'],
  );
  assert.deepEqual([m.parent[1], m.start[1], m.end[1]], [0, 100000, 500000]);
  assert.equal(text(m, m.errors[1].message), 'redis timeout');
  assert.deepEqual(attributesOf(m, 0), [{ key: 'n', type: 'n', text: '7' }]);
});

test('what is no trace gives none, and never fails', () => {
  for (const given of [
    '',
    '{',
    '[]',
    '{}',
    'null',
    '{"resourceSpans":[{}]}',
    '{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}',
    '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"x","spanId":1}]}]}]}',
  ]) {
    assert.equal(model(readOtlp(given).columns).count, 0, given);
  }
});

test('spans that are each other’s parents are shown', () => {
  const span = (id, parent) => ({
    traceId: 'a'.repeat(32),
    spanId: id.repeat(16),
    parentSpanId: parent.repeat(16),
    name: id,
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
  });
  const lines = JSON.stringify({
    resourceSpans: [{ scopeSpans: [{ spans: [span('1', '2'), span('2', '1'), span('3', '3')] }] }],
  });
  const m = model(readOtlp(lines).columns);
  assert.equal(m.count, 3);
  assert.equal(m.parent.filter((parent) => parent < 0).length, 2);
});
