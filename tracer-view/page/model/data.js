// Columns, as they lie in the page, become the model that all views read.

import { digits, ids } from './ids.js';

export const COMPLETED = 0;
export const CANCELLED = 1;
export const PANICKED = 2;
export const OPEN = 3;

const SPAWNED = 1;
const FAILED = 2;
const PASSED_ON = 4;
const LOCAL_ROOT = 8;
const POLLS_KNOWN = 16;

/**
 * @typedef {object} Model
 * All arrays have one entry a span; times are nanoseconds since the start of the span's trace.
 * @property {number} count
 * @property {string[]} strings
 * @property {{count: number, id: string[], start: string[], first: Int32Array, root: Int32Array}}
 *   traces  spans of trace t are first[t] up to first[t + 1]
 * @property {Int32Array} parent  index of the parent, or -1
 * @property {Int32Array} owner  the outermost span of the task that a span ran in
 * @property {Int32Array} childFrom  children of i: childList[childFrom[i]] up to childFrom[i + 1]
 * @property {Float64Array} self  time in which no child was alive
 */

/** Makes the model. @param {object} columns @returns {Model} */
export function model(columns) {
  const n = columns.spans;
  const m = {
    count: n,
    strings: columns.strings,
    program: columns.program ?? '',
    made: columns.made ?? '0',
    evicted: columns.evicted ?? { traces: 0, spans: 0 },
    callsites: columns.callsites ?? { function: [], module: [], file: [], line: [], target: [], level: [] },
    ids: ids(columns.id),
    remoteParent: columns.remoteParent ?? {},
    errors: columns.errors ?? {},
    tasks: columns.tasks ?? {},
    trace: column(Int32Array, columns.traceOf, n),
    name: column(Int32Array, columns.name, n),
    service: column(Int32Array, columns.service, n),
    kind: column(Uint8Array, columns.kind, n),
    callsite: column(Int32Array, columns.callsite ?? new Array(n).fill(-1), n),
    outcome: column(Uint8Array, columns.outcome, n),
    flags: column(Uint8Array, columns.flags, n),
    polls: column(Float64Array, columns.polls, n),
  };
  m.parent = column(Int32Array, columns.parent, n);
  for (let i = 0; i < n; i++) m.parent[i] = m.parent[i] === 0 ? -1 : i + m.parent[i];
  times(m, columns);
  passOn(m);
  traces(m, columns.traces);
  family(m);
  slices(m, columns.slices);
  wakes(m, columns.wakes);
  details(m, columns);
  return m;
}

function column(type, values, n) {
  return values ? type.from(values) : new type(n);
}

function times(m, columns) {
  m.start = new Float64Array(m.count);
  m.end = new Float64Array(m.count);
  for (let i = 0, at = 0; i < m.count; i++) {
    at = (i > 0 && m.trace[i] === m.trace[i - 1] ? at : 0) + columns.start[i];
    m.start[i] = at;
    m.end[i] = at + columns.duration[i];
  }
}

/** What failed in another service is told here by a status or in other words: it did not begin here. */
function passOn(m) {
  const below = new Map();
  for (let i = m.count - 1; i >= 0; i--) {
    const failed = below.get(i) ?? [];
    const isTold = (other) => m.service[other] !== m.service[i] && tells(said(m, i), said(m, other)[0]);
    if (isOrigin(m, i) && failed.some(isTold)) m.flags[i] |= PASSED_ON;
    const all = [...(below.get(m.parent[i]) ?? []), ...(isFailed(m, i) ? [i] : []), ...failed];
    // Few are enough: of those that failed the same, one is as good as the other.
    if (all.length > 0) below.set(m.parent[i], all.slice(0, 8));
    below.delete(i);
  }
}

/** The message of an error and those of its sources. */
function said(m, i) {
  const { message = 0, sources = [] } = m.errors[i] ?? {};
  return [message, ...sources].map((text) => m.strings[text]).filter((text) => text !== '');
}

const tells = (texts, message) => texts.length === 0 || (message !== undefined && texts.some((text) => text.includes(message)));

function traces(m, given) {
  const { length } = given.id;
  m.traces = {
    count: length,
    id: given.id,
    start: given.start,
    first: new Int32Array(length + 1),
    root: new Int32Array(length).fill(-1),
    lo: new Float64Array(length),
    hi: new Float64Array(length),
    failed: new Int32Array(length),
  };
  const { first, root, lo, hi, failed } = m.traces;
  for (let i = 0; i < m.count; i++) {
    const t = m.trace[i];
    if (first[t + 1] === 0) [first[t], lo[t], hi[t]] = [i, m.start[i], m.end[i]];
    first[t + 1] = i + 1;
    if (root[t] < 0 && m.parent[i] < 0) root[t] = i;
    lo[t] = Math.min(lo[t], m.start[i]);
    hi[t] = Math.max(hi[t], m.end[i]);
    if (isOrigin(m, i)) failed[t] += 1;
  }
}

function family(m) {
  const { count, parent } = m;
  m.childFrom = new Int32Array(count + 1);
  m.owner = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    if (parent[i] >= 0) m.childFrom[parent[i] + 1] += 1;
    const outermost = parent[i] < 0 || m.flags[i] & (SPAWNED | LOCAL_ROOT);
    m.owner[i] = outermost ? i : m.owner[parent[i]];
  }
  for (let i = 0; i < count; i++) m.childFrom[i + 1] += m.childFrom[i];
  m.childList = new Int32Array(m.childFrom[count]);
  const at = m.childFrom.slice(0, count);
  // Siblings lie by start, so that each list of children does, too.
  for (let i = 0; i < count; i++) if (parent[i] >= 0) m.childList[at[parent[i]]++] = i;
  m.self = new Float64Array(count);
  for (let i = 0; i < count; i++) m.self[i] = selfTime(m, i);
}

function selfTime(m, i) {
  let [free, until] = [0, m.start[i]];
  for (let k = m.childFrom[i]; k < m.childFrom[i + 1] && until < m.end[i]; k++) {
    const child = m.childList[k];
    free += Math.max(0, Math.min(m.start[child], m.end[i]) - until);
    until = Math.max(until, m.end[child]);
  }
  return free + Math.max(0, m.end[i] - until);
}

function slices(m, given) {
  m.sliceFrom = offsets(given?.of, m.count);
  m.sliceStart = new Float64Array(m.sliceFrom[m.count]);
  m.sliceEnd = new Float64Array(m.sliceFrom[m.count]);
  for (let i = 0; i < m.count; i++) {
    let at = m.start[i];
    for (let k = m.sliceFrom[i]; k < m.sliceFrom[i + 1]; k++) {
      m.sliceStart[k] = at + given.at[k];
      at = m.sliceEnd[k] = m.sliceStart[k] + given.length[k];
    }
  }
}

function wakes(m, given) {
  m.wakeFrom = offsets(given?.of, m.count);
  const total = m.wakeFrom[m.count];
  m.wakeAt = new Float64Array(total);
  m.wakeBy = column(Int32Array, given?.by, total);
  m.wakeWaited = column(Float64Array, given?.waited, total);
  for (let i = 0; i < m.count; i++) {
    let at = m.start[i];
    for (let k = m.wakeFrom[i]; k < m.wakeFrom[i + 1]; k++) m.wakeAt[k] = at += given.at[k];
  }
}

function details(m, columns) {
  const { attributes, events, links } = columns;
  m.attributes = { from: offsets(attributes?.of, m.count), key: attributes?.key, value: attributes?.value };
  m.events = { ...events, from: offsets(events?.of, m.count) };
  const told = events?.attributes;
  const many = m.events.from[m.count];
  m.eventAttributes = { from: offsets(told?.of, many), key: told?.key, value: told?.value };
  m.links = { ...links, from: offsets(links?.of, m.count) };
}

/** Counts become offsets, one more than there are counts. */
function offsets(counts, n) {
  const from = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) from[i + 1] = from[i] + (counts?.[i] ?? 0);
  return from;
}

/** @param {Model} m @param {number} i @returns {boolean} whether it failed, here or below */
export function isFailed(m, i) {
  return (m.flags[i] & FAILED) !== 0 || m.outcome[i] === PANICKED;
}

/** @param {Model} m @param {number} i @returns {boolean} whether it is where an error began */
export function isOrigin(m, i) {
  return isFailed(m, i) && (m.flags[i] & PASSED_ON) === 0;
}

/** @param {Model} m @param {number} i @returns {boolean} whether it ran in a task of its own */
export function isSpawned(m, i) {
  return (m.flags[i] & SPAWNED) !== 0;
}

/** @param {Model} m @param {number} i @returns {boolean} whether a request came in with it */
export function isLocalRoot(m, i) {
  return m.parent[i] < 0 || (m.flags[i] & LOCAL_ROOT) !== 0;
}

/** @param {Model} m @param {number} i @returns {boolean} whether it is known when it was polled */
export function pollsKnown(m, i) {
  const of = pollsOf(m, i);
  return hasSlices(m, of) || ((m.flags[of] & POLLS_KNOWN) !== 0 && m.polls[of] === 1);
}

/** Of whom the slices of a span are: its own where it has some, else its task's. */
export function pollsOf(m, i) {
  return hasSlices(m, i) ? i : m.owner[i];
}

function hasSlices(m, i) {
  return m.sliceFrom[i + 1] > m.sliceFrom[i];
}

/**
 * Nanoseconds in which its task was being polled while the span was alive, and the longest stretch.
 * @param {Model} m @param {number} i @returns {{total: number, longest: number} | null}
 */
export function polled(m, i) {
  if (!pollsKnown(m, i)) return null;
  const of = pollsOf(m, i);
  let [total, longest] = [0, 0];
  const [from, to] = [m.sliceFrom[of], m.sliceFrom[of + 1]];
  // Whoever has no slices was finished by one poll.
  if (from === to) return { total: m.end[i] - m.start[i], longest: m.end[i] - m.start[i] };
  for (let k = from; k < to; k++) {
    const length = Math.min(m.sliceEnd[k], m.end[i]) - Math.max(m.sliceStart[k], m.start[i]);
    if (length > 0) [total, longest] = [total + length, Math.max(longest, length)];
  }
  return { total, longest };
}

/** @param {Model} m @param {number} i @returns {Int32Array} its children, by start */
export function children(m, i) {
  return m.childList.subarray(m.childFrom[i], m.childFrom[i + 1]);
}

/** @param {Model} m @param {number} i @returns {string} its id, 16 hexadecimal digits */
export function spanId(m, i) {
  return digits(m.ids, i);
}

/** Spans of a trace without a parent in it, by start. @param {Model} m @param {number} t */
export function roots(m, t) {
  const found = [];
  for (let i = m.traces.first[t]; i < m.traces.first[t + 1]; i++) if (m.parent[i] < 0) found.push(i);
  return found;
}

/** Nanoseconds from start to end of a trace's root. @param {Model} m @param {number} t */
export function lengthOf(m, t) {
  return m.end[m.traces.root[t]] - m.start[m.traces.root[t]];
}

/** Attributes of a span or, with the columns of events, of an event: key, type, text. */
export function attributesOf(m, i, columns = m.attributes) {
  const found = [];
  for (let k = columns.from[i]; k < columns.from[i + 1]; k++) {
    const value = m.strings[columns.value[k]];
    found.push({ key: m.strings[columns.key[k]], type: value[0], text: value.slice(1) });
  }
  return found;
}

/** Attributes with names of arguments, as they would be called with: `id=3, name=x`. */
export function argumentsOf(m, i) {
  const named = attributesOf(m, i).filter(({ key }) => /^[\p{L}\p{N}_]+$/u.test(key));
  return named.map(({ key, text }) => `${key}=${text.length > 40 ? `${text.slice(0, 40)}…` : text}`).join(', ');
}

/** Where something is written in the code. @param {Model} m @param {number} c index of a callsite */
export function place(m, c) {
  if (c < 0 || c >= m.callsites.file.length) return null;
  const { callsites, strings } = m;
  const [name, module] = [strings[callsites.function[c]], strings[callsites.module[c]]];
  return {
    function: module && !name.includes('::') ? `${module}::${name}` : name,
    file: strings[callsites.file[c]],
    line: callsites.line[c],
    target: strings[callsites.target?.[c]] ?? '',
    level: ['trace', 'debug', 'info', 'warn', 'error'][callsites.level?.[c] ?? 2],
  };
}
