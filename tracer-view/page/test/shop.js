// A made-up shop of three services: what a trace of an async program is like, with all that goes wrong.

import { columns } from '../model/columns.js';
import { random } from './random.js';

const EPOCH = 1_790_000_000_000_000_000n;
const MS = 1e6;

/** @param {number} requests @param {number} [seed] @returns {object} columns */
export function shop(requests, seed = 7) {
  return columns(shopSpans(requests, seed), 'shop');
}

/** @param {number} requests @param {number} [seed] */
export function shopSpans(requests, seed = 7) {
  const next = random(seed);
  const spans = [];
  for (let n = 0; n < requests; n++) {
    const request = new Request(n, next, EPOCH + BigInt(Math.floor(n * 230 * MS + next() * 90 * MS)));
    if (n % 5 === 3) report(request);
    else checkout(request);
    spans.push(...request.finished());
  }
  return spans;
}

/** Spans of one request; times in milliseconds since it came. */
class Request {
  constructor(n, next, start) {
    [this.n, this.next, this.start, this.spans] = [n, next, start, []];
    this.trace = (0x5eed0000 + n * 7919).toString(16).padStart(8, '0').repeat(4);
  }

  /** @returns {object} the span, to be the parent of others */
  span(parent, name, from, to, more = {}) {
    const at = this.spans.length;
    const { fn, ...rest } = more;
    const service = rest.service ?? parent?.service ?? 'web';
    const span = {
      from,
      to,
      trace: this.trace,
      id: (this.n * 4096 + at + 1).toString(16).padStart(16, '0'),
      parent: parent?.id ?? '',
      above: parent,
      name,
      service,
      kind: 0,
      attributes: [],
      polls: 2,
      localRoot: !parent,
      ...rest,
    };
    span.callsite = siteOf(service, fn ?? name);
    this.spans.push(span);
    return span;
  }

  /** Some time around that, more or less. */
  about(ms) {
    return ms * (0.75 + 0.5 * this.next());
  }

  fail(spans, type, message) {
    const stack = [];
    for (let at = spans[0]; at; at = at.above) stack.push(at.callsite);
    spans.forEach((span, k) => {
      Object.assign(span, { failed: true, passedOn: k > 0 });
      const sources = k > 0 ? [message] : [];
      span.error = {
        type: k > 0 ? 'shop::CheckoutError' : type,
        message: k > 0 ? `checkout failed: ${message}` : message,
        sources,
        stack: stack.slice(stack.indexOf(span.callsite)),
        backtrace: '',
      };
    });
  }

  finished() {
    for (const span of this.spans) {
      span.start = this.start + BigInt(Math.round(span.from * MS));
      span.end = this.start + BigInt(Math.round(span.to * MS));
      if (span.spawned || span.localRoot) pollsOf(span, this.spans);
    }
    return this.spans;
  }
}

const LINES = new Map();

function siteOf(service, name) {
  const clean = name
    .replace(/[^a-z]+/gi, '_')
    .replace(/^_|_$/g, '')
    .toLowerCase();
  const key = `${service}::${clean}`;
  if (!LINES.has(key)) LINES.set(key, 12 + LINES.size * 17);
  return {
    function: key,
    module: '',
    file: `${service}/src/${clean.split('_')[0]}.rs`,
    line: LINES.get(key),
    target: service,
    level: 2,
  };
}

/** A task is polled where its spans begin and end, and while they compute. */
function pollsOf(owner, spans) {
  const inside = spans.filter((span) => ownerOf(span) === owner);
  const all = inside.flatMap((span) => [
    [span.from, span.from + 0.06],
    [span.to - 0.05, span.to],
    ...(span.computes ?? []).map(([from, to]) => [from, to]),
  ]);
  for (const span of spans.filter((one) => one.spawned && inside.includes(one.above) && one.to < owner.to)) {
    all.push([span.to, span.to + 0.03]);
  }
  all.sort((a, b) => a[0] - b[0]);
  const merged = [];
  for (const [from, to] of all) {
    const [a, b] = [Math.max(from, owner.from), Math.min(to, owner.to)];
    const last = merged[merged.length - 1];
    if (last && a <= last[1] + 0.01) last[1] = Math.max(last[1], b);
    else if (b > a) merged.push([a, b]);
  }
  owner.slices = merged.map(([from, to]) => [
    Math.round((from - owner.from) * MS),
    Math.round((to - from) * MS),
  ]);
  owner.polls = merged.length;
  owner.wakes = wakesOf(owner, inside, spans);
  owner.pollsKnown = true;
  owner.task = {
    key: (100 + spans.indexOf(owner)).toString(16),
    name: '',
    file: `${owner.service}/src/main.rs`,
    line: 31,
    delay: 42_000,
  };
}

/** Woken by tasks that end before it, and from outside where what it asked for has come. */
function wakesOf(owner, inside, spans) {
  const tasks = spans.filter((span) => span.spawned && inside.includes(span.above) && span.to < owner.to);
  const asked = inside.filter((span) => span.kind === 2 && span !== owner && span.to <= owner.to);
  const all = [
    ...tasks.map((span) => ({ ms: span.to - 0.01, by: span.trace + span.id })),
    ...asked.map((span) => ({ ms: span.to - 0.06, by: '' })),
  ];
  all.sort((a, b) => a.ms - b.ms);
  return all.map(({ ms, by }) => ({ at: Math.round((ms - owner.from) * MS), waited: 9000, by }));
}

function ownerOf(span) {
  return span.spawned || span.localRoot ? span : ownerOf(span.above);
}

const text = (key, value) => [key, `s${value}`];
const number = (key, value) => [key, `n${value}`];

function checkout(r) {
  const slow = r.n % 11 === 4;
  const declined = r.n % 13 === 6;
  const left = r.n % 17 === 9;
  const total = slow ? 420 : r.about(94);
  const server = r.span(null, 'POST /checkout', 0, total, {
    service: 'web',
    kind: 1,
    attributes: [
      text('http.request.method', 'POST'),
      text('http.route', '/checkout'),
      number('http.response.status_code', declined ? 402 : 200),
      number('user.id', r.n % 23),
    ],
  });
  const inner = r.span(server, 'checkout', 0.3, total - 0.4, {
    fn: 'checkout',
    attributes: [number('order.id', 4200 + r.n)],
  });
  r.span(inner, 'verify_session', 0.6, 3.2, { computes: [[0.7, 2.2]] });
  const prices = r.span(inner, 'load_cart', 3.4, 27);
  for (let k = 0; k < 9; k++)
    query(r, prices, 'SELECT price', 3.8 + k * 2.5, 3.8 + k * 2.5 + 2.2, 'postgresql');
  const reserved = reserve(r, inner, slow ? 330 : r.about(20));
  const paid = pay(r, inner, reserved, total - 6, declined);
  r.span(inner, 'render', paid + 0.3, total - 0.6, { computes: [[paid + 0.3, total - 0.7]] });
  const audit = r.span(inner, 'audit', 28, total + 35 + r.about(40), {
    spawned: true,
    events: [{ at: 9 * MS, name: 'batch written', attributes: [number('rows', 3)] }],
  });
  query(r, audit, 'INSERT audit', 30, total + 20, 'postgresql');
  if (r.n % 7 === 2) hash(r, inner);
  if (left) Object.assign(server, { outcome: 1 }) && Object.assign(inner, { outcome: 1 });
}

function hash(r, inner) {
  r.span(inner, 'hash_password', 28.2, 28.2 + 46, {
    spawned: true,
    computes: [[28.3, 74]],
    attributes: [text('algorithm', 'argon2id')],
  });
}

function query(r, parent, name, from, to, system, more = {}) {
  return r.span(parent, name, from, to, {
    kind: 2,
    attributes: [text('db.system.name', system), text('db.query.text', `${name} … WHERE id = $1`)],
    ...more,
  });
}

/** Over to another service, which waits for its pool. */
function reserve(r, inner, waits) {
  const end = 28 + waits + 14;
  const client = r.span(inner, 'POST /reservations', 28, end, {
    kind: 2,
    attributes: [text('server.address', 'stock')],
  });
  const server = r.span(client, 'POST /reservations', 29, end - 0.8, {
    service: 'stock',
    kind: 1,
    localRoot: true,
  });
  const all = r.span(server, 'reserve', 29.3, end - 1.2, { attributes: [number('lines', 12)] });
  r.span(all, 'pool.acquire', 29.6, 29.6 + waits, { attributes: [number('pool.size', 4)] });
  for (let k = 0; k < 12; k++) {
    const from = 30 + waits + (k % 4) * 0.2;
    query(r, all, 'UPDATE stock', from, from + 3 + ((k * 37) % 60) / 10, 'postgresql', { spawned: true });
  }
  return end;
}

/** Two banks race; the slower is dropped. Sometimes the first attempt fails. */
function pay(r, inner, reserved, end, declined) {
  const from = 28.4;
  const both = r.span(inner, 'pay', from, end);
  const client = r.span(both, 'POST /payments', from + 0.3, end - 0.3, {
    kind: 2,
    attributes: [text('server.address', 'payment')],
  });
  const server = r.span(client, 'POST /payments', from + 1.2, end - 1, {
    service: 'payment',
    kind: 1,
    localRoot: true,
  });
  const last = Math.min(end - 2, Math.max(from + 9, reserved - 8));
  if (r.n % 9 === 5) {
    const first = r.span(server, 'bank.charge', from + 1.6, from + 4.4, {
      kind: 2,
      attributes: [text('bank', 'north')],
    });
    r.fail([first], 'bank::Timeout', 'bank did not answer in 2 s');
  }
  const winner = r.span(server, 'bank.charge', from + 5, end - 1.4, {
    kind: 2,
    attributes: [text('bank', 'north')],
  });
  r.span(server, 'fraud_check', from + 1.8, last, {
    service: 'payment',
    spawned: true,
    computes: [[from + 2, from + 5]],
  });
  r.span(server, 'bank.quote', from + 5, end - 1.38, {
    kind: 2,
    outcome: 1,
    attributes: [text('bank', 'south')],
  });
  if (declined)
    r.fail(
      [winner, server, client, both, inner, inner.above],
      'bank::Declined',
      'card declined: insufficient funds',
    );
  return end;
}

function report(r) {
  const total = r.about(38);
  const server = r.span(null, 'GET /report', 0, total, {
    kind: 1,
    service: 'web',
    attributes: [text('http.route', '/report')],
  });
  const inner = r.span(server, 'report', 0.2, total - 0.2);
  for (let k = 0; k < 4; k++) {
    const from = 0.6 + (k * (total - 2)) / 4;
    const to = from + (total - 2) / 4 - 0.2;
    const client = r.span(inner, 'GET /stock/{item}', from, to, { kind: 2 });
    const answer = r.span(client, 'GET /stock/{item}', from + 0.5, to - 0.4, {
      service: 'stock',
      kind: 1,
      localRoot: true,
    });
    query(r, answer, 'SELECT stock', from + 0.9, to - 0.7, 'postgresql');
  }
}
