// Spans of any origin become columns: what the page has inside, made from what it was given.

/**
 * @typedef {object} GivenSpan
 * @property {string} trace  32 hexadecimal digits  @property {string} id  16 of them
 * @property {string} parent  16 of them, or empty
 * @property {string} name  @property {string} service  @property {number} kind
 * @property {bigint} start  @property {bigint} end  nanoseconds since the epoch
 * @property {number} [outcome]  @property {boolean} [failed]  @property {boolean} [passedOn]
 * @property {boolean} [spawned]  @property {boolean} [localRoot]  @property {number} [polls]
 * @property {[number, number][]} [slices]  start after the span's start, and length
 * @property {{at: number, by: string, waited: number}[]} [wakes]  `by` is a trace's id and a span's
 * @property {object} [callsite]  function, module, file, line, target, level
 * @property {[string, string][]} [attributes]  key, and type and text of the value
 * @property {{at: number, name: string, attributes: [string, string][]}[]} [events]
 * @property {{trace: string, span: string}[]} [links]
 * @property {{type: string, message: string, sources: string[], stack: object[], backtrace: string}} [error]
 * @property {object} [task]  key, parent, name, file, line, delay
 */

/** Makes the columns. @param {GivenSpan[]} spans @param {string} [program] @returns {object} */
export function columns(spans, program = '') {
  const work = { table: new Table(), callsites: new Callsites() };
  const traces = order(spans);
  const sorted = traces.flatMap((trace) => trace.spans);
  const at = new Map(sorted.map((span, i) => [span.trace + span.id, i]));
  const starts = traces.map((trace) => trace.start);
  const text = (s) => work.table.index(s);
  const made = {
    version: 1,
    made: String(Date.now() * 1e6),
    program,
    evicted: { traces: 0, spans: 0 },
    spans: sorted.length,
    traces: { id: traces.map((trace) => trace.id), start: starts.map(String) },
    traceOf: traces.flatMap((trace, t) => trace.spans.map(() => t)),
    id: sorted.map((span) => span.id).join(''),
    ...relations(sorted, at),
    name: sorted.map((span) => text(span.name)),
    service: sorted.map((span) => text(span.service)),
    kind: sorted.map((span) => span.kind),
    callsite: sorted.map((span) => work.callsites.index(span.callsite, text)),
    ...times(traces),
    outcome: sorted.map((span) => span.outcome ?? 0),
    flags: sorted.map((span, i) => flags(span, sorted[i - 1])),
    polls: sorted.map((span) => span.polls ?? 0),
    ...details(sorted, at, text),
    ...rare(sorted, text, work.callsites),
  };
  return { ...made, strings: work.table.strings, callsites: work.callsites.columns };
}

class Table {
  constructor() {
    this.strings = [''];
    this.known = new Map([['', 0]]);
  }

  index(text) {
    let at = this.known.get(text);
    if (at === undefined) this.known.set(text, (at = this.strings.push(text) - 1));
    return at;
  }
}

class Callsites {
  constructor() {
    this.columns = { function: [], module: [], file: [], line: [], target: [], level: [] };
    this.known = new Map();
  }

  index(site, text) {
    if (!site) return -1;
    const key = `${site.function}\0${site.file}\0${site.line}`;
    let at = this.known.get(key);
    if (at === undefined) {
      this.known.set(key, (at = this.columns.line.push(site.line ?? 0) - 1));
      for (const name of ['function', 'module', 'file', 'target']) {
        this.columns[name].push(text(site[name] ?? ''));
      }
      this.columns.level.push(site.level ?? 2);
    }
    return at;
  }
}

/** Trace by trace; in a trace parents before children, siblings by start. */
function order(spans) {
  const traces = new Map();
  for (const span of spans) {
    if (!traces.has(span.trace)) traces.set(span.trace, new Map());
    // What was sent twice is shown once.
    traces.get(span.trace).set(span.id, span);
  }
  return [...traces].map(([id, byId]) => {
    const start = [...byId.values()].reduce(
      (a, s) => (s.start < a ? s.start : a),
      byId.values().next().value.start,
    );
    return { id, start, spans: parentsFirst(byId) };
  });
}

function parentsFirst(byId) {
  const below = new Map([['', []]]);
  for (const span of byId.values()) {
    const parent = byId.has(span.parent) && span.parent !== span.id ? span.parent : '';
    if (!below.has(parent)) below.set(parent, []);
    below.get(parent).push(span);
  }
  const byStart = (a, b) => (a.start < b.start ? -1 : Number(a.start > b.start));
  for (const list of below.values()) list.sort(byStart);
  const seen = new Set();
  const sorted = [];
  const add = (from) => {
    for (const span of from) if (!seen.has(span)) seen.add(span) && sorted.push(span);
  };
  const walk = (from) => {
    let k = sorted.length;
    for (add(from); k < sorted.length; k++) add(below.get(sorted[k].id) ?? []);
  };
  walk(below.get(''));
  // Spans that are each other's parents hang on none: the first of them becomes a root.
  for (const span of byId.values()) if (!seen.has(span)) walk([span]);
  return sorted;
}

function relations(sorted, at) {
  const remoteParent = {};
  const parent = sorted.map((span, i) => {
    const above = span.parent ? at.get(span.trace + span.parent) : undefined;
    if (above !== undefined && above < i) return above - i;
    if (span.parent) remoteParent[i] = span.parent;
    return 0;
  });
  return { parent, remoteParent };
}

function times(traces) {
  const [start, duration] = [[], []];
  for (const trace of traces) {
    let before = trace.start;
    for (const span of trace.spans) {
      start.push(Number(span.start - before));
      duration.push(Math.max(0, Number(span.end - span.start)));
      before = span.start;
    }
  }
  return { start, duration };
}

function flags(span) {
  const bits = [span.spawned, span.failed, span.passedOn, span.localRoot, span.pollsKnown];
  return bits.reduce((flags, bit, place) => flags | (bit ? 1 << place : 0), 0);
}

function details(sorted, at, text) {
  const slices = { of: [], at: [], length: [] };
  const wakes = { of: [], at: [], by: [], waited: [] };
  const attributes = { of: [], key: [], value: [] };
  const told = { of: [], key: [], value: [] };
  const events = { of: [], at: [], name: [], attributes: told };
  const links = { of: [], trace: [], span: [] };
  const tell = (into, list = []) => {
    into.of.push(list.length);
    for (const [key, value] of list) [into.key, into.value].forEach((c, k) => c.push(text(k ? value : key)));
  };
  for (const span of sorted) {
    let before = 0;
    slices.of.push(span.slices?.length ?? 0);
    for (const [start, length] of span.slices ?? []) {
      slices.at.push(start - before);
      slices.length.push(length);
      before = start + length;
    }
    before = 0;
    wakes.of.push(span.wakes?.length ?? 0);
    for (const wake of span.wakes ?? []) {
      wakes.at.push(wake.at - before);
      wakes.by.push(at.get(wake.by) ?? -1);
      wakes.waited.push(wake.waited);
      before = wake.at;
    }
    tell(attributes, span.attributes);
    events.of.push(span.events?.length ?? 0);
    for (const event of span.events ?? []) {
      events.at.push(event.at);
      events.name.push(text(event.name));
      tell(told, event.attributes);
    }
    links.of.push(span.links?.length ?? 0);
    for (const link of span.links ?? []) links.trace.push(link.trace) && links.span.push(link.span);
  }
  return { slices, wakes, attributes, events, links };
}

function rare(sorted, text, callsites) {
  const [errors, tasks] = [{}, {}];
  sorted.forEach(({ error, task }, i) => {
    if (error) {
      errors[i] = {
        type: text(error.type ?? ''),
        message: text(error.message ?? ''),
        sources: (error.sources ?? []).map(text),
        backtrace: text(error.backtrace ?? ''),
        stack: (error.stack ?? []).map((site) => callsites.index(site, text)),
      };
    }
    if (task) tasks[i] = { ...task, name: text(task.name ?? ''), file: text(task.file ?? '') };
  });
  return { errors, tasks };
}
