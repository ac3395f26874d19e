import assert from 'node:assert/strict';
import { test } from 'node:test';

import { digits, ids } from '../model/ids.js';

test('ids are their digits, or steps of sequences that may overflow', () => {
  const plain = ids('00000000000000010000000000000002');
  assert.deepEqual(
    [0, 1].map((i) => digits(plain, i)),
    ['0000000000000001', '0000000000000002'],
  );
  const steps = ids({
    base: ['ffffffffffffffff', '0000000000000007'],
    of: [0, 1, 0, 1, 0],
    step: [0, 0, 1, 2, -2],
  });
  const told = [0, 1, 2, 3, 4].map((i) => digits(steps, i));
  assert.deepEqual(told, [
    'ffffffffffffffff',
    '0000000000000007',
    '9e3779b97f4a7c14',
    '3c6ef372fe94f831',
    '61c8864680b583ea',
  ]);
  assert.equal(digits(ids(undefined), 0), '');
});
