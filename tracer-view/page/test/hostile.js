// A trace that holds what might harm those who look at it.

import { columns } from '../model/columns.js';

const EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

/** Texts that must be seen as text. */
export const HOSTILE = [
  EVIL,
  '</script><script>alert(3)</script>',
  '\u202egnp.exe\u202c',
  '\u0000\u0007\u001b[2J',
  '"><svg/onload=alert(4)>',
  '{{7*7}} ${7*7}',
  'javascript:alert(5)',
  '\ud800',
  '',
  'מזל טוב',
  '%s%n',
  '__proto__',
  'constructor',
];

/** @returns {object} columns */
export function hostile() {
  const root = span(0, '', EVIL);
  const all = HOSTILE.map((text, k) => span(k + 1, root.id, text));
  all[0].attributes.push(['huge', `s${'<b>long</b> '.repeat(250_000)}`]);
  return columns([root, ...all], EVIL);
}

function span(n, parent, text) {
  const start = 1_790_000_000_000_000_000n + BigInt(n * 1e6);
  const site = { function: text, module: text, file: text, line: 1, target: text };
  return {
    trace: 'e'.repeat(32),
    id: (n + 1).toString(16).padStart(16, '0'),
    parent,
    name: text,
    service: text,
    kind: 2,
    start,
    end: start + 20_000_000n,
    attributes: [
      [text, `s${text}`],
      ['db.system.name', `s${text}`],
    ],
    events: [{ at: 1, name: text, attributes: [[text, `s${text}`]] }],
    failed: true,
    passedOn: n === 0,
    callsite: site,
    task: { key: text, name: text, file: text, line: 1 },
    localRoot: n === 0,
    error: { type: text, message: text, sources: [text], stack: [site], backtrace: text },
    links: [{ trace: text, span: text }],
  };
}
