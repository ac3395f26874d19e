// Who calls whom: services, or the operations of a single one, with rates, errors and durations.

import { attributesOf, children, isFailed } from './data.js';
import { quantile, secondsOf } from './operations.js';

/** The kinds of spans that call, as columns have them. */
const CLIENT = 2;
const PRODUCER = 3;

/** More than this are not drawn: the least used are left out. */
const MOST = 40;

/**
 * @typedef {object} Called
 * @property {number} count  @property {number} failed  @property {number} rate  @property {number} p95
 */

/**
 * @param {import('./data.js').Model} m
 * @returns {{by: 'service' | 'operation', nodes: (Called & {name: string, span: number, peer: boolean})[],
 *   edges: (Called & {from: number, to: number})[], left: number}}
 */
export function serviceMap(m) {
  const byService = graph(m, (i) => m.strings[m.service[i]] || 'unknown', true);
  if (byService.nodes.length > 1) return { by: 'service', ...byService };
  return { by: 'operation', ...graph(m, (i) => m.strings[m.name[i]], false) };
}

function graph(m, nameOf, peers) {
  const calls = new Calls();
  for (let i = 0; i < m.count; i++) {
    const [parent, name] = [m.parent[i], nameOf(i)];
    const above = parent < 0 ? null : nameOf(parent);
    // What a service calls in itself is no call of a service.
    if (above !== name) calls.add(m, i, above, name, false);
    const peer = peers ? peerOf(m, i) : null;
    if (peer && peer !== name) calls.add(m, i, name, peer, true);
  }
  return calls.graph(secondsOf(m));
}

/** What a client called that has no spans here: a database, or somebody else's service. */
function peerOf(m, i) {
  if (m.kind[i] !== CLIENT && m.kind[i] !== PRODUCER) return null;
  if (children(m, i).some((child) => m.service[child] !== m.service[i])) return null;
  const told = new Map(attributesOf(m, i).map(({ key, text }) => [key, text]));
  return (
    told.get('peer.service') ||
    told.get('db.system.name') ||
    told.get('db.system') ||
    told.get('messaging.system') ||
    told.get('server.address') ||
    null
  );
}

class Calls {
  constructor() {
    this.nodes = new Map();
    this.edges = new Map();
  }

  add(m, span, from, to, peer) {
    this.count(m, span, this.nodes, to, { name: to, span, peer });
    if (from === null) return;
    const above = peer ? -1 : m.parent[span];
    // A status that the called one means to give, such as 402, may be an error for who called.
    const isCall = above >= 0 && m.kind[above] === CLIENT;
    this.count(m, isCall && isFailed(m, above) ? above : span, this.edges, `${from}\0${to}`, { from, to });
  }

  count(m, span, into, key, what) {
    if (!into.has(key)) into.set(key, { ...what, count: 0, failed: 0, lengths: [] });
    const one = into.get(key);
    one.count += 1;
    one.failed += isFailed(m, span) ? 1 : 0;
    one.lengths.push(m.end[span] - m.start[span]);
    if (what.peer === false) one.peer = false;
  }

  graph(seconds) {
    const told = ({ lengths, ...one }) => ({
      ...one,
      rate: one.count / seconds,
      p95: quantile(Float64Array.from(lengths).sort(), 0.95),
    });
    const all = [...this.nodes.values()].sort((a, b) => b.count - a.count);
    const nodes = all.slice(0, MOST).map(told);
    const at = new Map(nodes.map((node, k) => [node.name, k]));
    const edges = [...this.edges.values()]
      .filter(({ from, to }) => at.has(from) && at.has(to))
      .map((edge) => told({ ...edge, from: at.get(edge.from), to: at.get(edge.to) }));
    return { nodes, edges, left: all.length - nodes.length };
  }
}
