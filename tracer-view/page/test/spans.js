// Spans of a small trace, written by hand.

import { id } from './random.js';

/** Times are milliseconds; 0 is no parent. */
export function span(n, parent, name, from, to, more = {}) {
  const start = 1_000_000_000n;
  return {
    trace: 'b'.repeat(32),
    id: id(n),
    parent: parent ? id(parent) : '',
    name,
    service: 's',
    kind: 0,
    localRoot: !parent,
    start: start + BigInt(from * 1e6),
    end: start + BigInt(to * 1e6),
    ...more,
  };
}
