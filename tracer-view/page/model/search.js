// What a search means, and which spans it finds.

import { CANCELLED, PANICKED, isFailed, isSpawned, spanId } from './data.js';
import { readDuration } from './format.js';

/**
 * Reads a search: words that must all hold of a span.
 *
 *   name or service, a part of it       error   cancelled   panicked   spawned
 *   key=value  (an attribute)           >5ms   <1s   trace or span id
 *   "some words"                        -word  (must not hold)
 *
 * @param {import('./data.js').Model} m @param {string} text
 * @returns {((span: number) => boolean) | null} null for an empty search
 */
export function reader(m, text) {
  const words = text.match(/-?[^\s"=]*="[^"]*"?|-?"[^"]*"?|\S+/g) ?? [];
  const tests = words.map((word) => {
    const not = word.startsWith('-') && word.length > 1;
    const test = one(m, not ? word.slice(1) : word);
    return not ? (span) => !test(span) : test;
  });
  if (tests.length === 0) return null;
  return (span) => tests.every((test) => test(span));
}

const STATES = {
  error: isFailed,
  cancelled: (m, span) => m.outcome[span] === CANCELLED,
  panicked: (m, span) => m.outcome[span] === PANICKED,
  spawned: isSpawned,
};

function one(m, word) {
  const state = STATES[word.toLowerCase()];
  if (state) return (span) => state(m, span);
  const [, sign, time] = /^([<>]=?)(.+)$/.exec(word) ?? [];
  if (sign && !Number.isNaN(readDuration(time))) return longer(m, sign, readDuration(time));
  const [, key, value] = /^([^"=]+)=(.*)$/.exec(word) ?? [];
  if (key) return attribute(m, key.toLowerCase(), value.replaceAll('"', '').toLowerCase());
  return named(m, word.replaceAll('"', '').toLowerCase());
}

function longer(m, sign, time) {
  const length = (span) => m.end[span] - m.start[span];
  return sign[0] === '>' ? (span) => length(span) >= time : (span) => length(span) <= time;
}

function named(m, part) {
  const has = m.strings.map((text) => text.length < 10000 && text.toLowerCase().includes(part));
  const isId = /^[0-9a-f]{6,32}$/.test(part);
  const traces = m.traces.id.map((id) => isId && id.startsWith(part));
  return (span) =>
    has[m.name[span]] ||
    has[m.service[span]] ||
    traces[m.trace[span]] ||
    (isId && spanId(m, span).startsWith(part));
}

function attribute(m, key, value) {
  const isKey = m.strings.map((text) => text.toLowerCase() === key);
  const isValue = m.strings.map((text) => text.length < 10000 && text.slice(1).toLowerCase().includes(value));
  const whole = m.strings.map((text) => text.toLowerCase().includes(value));
  const { from, key: keys, value: values } = m.attributes;
  return (span) => {
    if (key === 'name' && whole[m.name[span]]) return true;
    if (key === 'service' && whole[m.service[span]]) return true;
    for (let k = from[span]; k < from[span + 1]; k++) if (isKey[keys[k]] && isValue[values[k]]) return true;
    return false;
  };
}

/**
 * All spans that a search finds.
 * @param {import('./data.js').Model} m @param {string} text
 * @returns {{spans: Uint8Array, traces: Int32Array, count: number} | null}  traces: hits in each
 */
export function search(m, text) {
  const finds = reader(m, text);
  if (!finds) return null;
  const spans = new Uint8Array(m.count);
  const traces = new Int32Array(m.traces.count);
  let count = 0;
  for (let i = 0; i < m.count; i++) {
    if (!finds(i)) continue;
    spans[i] = 1;
    traces[m.trace[i]] += 1;
    count += 1;
  }
  return { spans, traces, count };
}
