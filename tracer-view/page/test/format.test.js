import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytes, count, duration, percent, plain, readDuration } from '../model/format.js';

test('durations have three digits and a unit', () => {
  const known = {
    0: '0 ns',
    999: '999 ns',
    1500: '1.50 µs',
    999_499: '999 µs',
    999_600: '1.00 ms',
    1_234_567: '1.23 ms',
    65_432_100: '65.4 ms',
    999_600_000: '1.00 s',
    61e9: '61.0 s',
    3.7e12: '1 h 1 min',
  };
  for (const [ns, text] of Object.entries(known)) assert.equal(duration(Number(ns)), text);
  assert.equal(duration(-1500), '-1.50 µs');
  assert.equal(readDuration('1.5 ms'), 1.5e6);
  assert.ok(Number.isNaN(readDuration('5 apples')));
});

test('shares of something are never nothing', () => {
  assert.deepEqual([0, 0.00001, 0.005, 0.42, 1].map(percent), ['0 %', '<0.1 %', '0.5 %', '42 %', '100 %']);
  assert.deepEqual([count(1234567), bytes(2_500_000)], ['1,234,567', '2.50 MB']);
});

test('what would hide or turn text is shown by its number', () => {
  assert.equal(
    plain('a\u202eb\u0000c\u001b[31m\u2066d\ufeff'),
    'a⟨U+202E⟩b⟨U+0000⟩c⟨U+001B⟩[31m⟨U+2066⟩d⟨U+FEFF⟩',
  );
  assert.equal(plain('\ud800x\udc00'), '⟨U+D800⟩x⟨U+DC00⟩');
  assert.equal(plain('💧 日本 שלום <b>'), '💧 日本 שלום <b>');
  assert.equal(plain('a\nb\r', { lines: true }), 'a\nb⟨U+000D⟩');
  assert.equal(plain('x'.repeat(1e6), { most: 3 }), 'xxx…');
});
