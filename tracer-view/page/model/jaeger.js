// Jaeger's JSON, as its UI downloads it and its query service answers, becomes columns.

import { columns } from './columns.js';

/** Whether a text may be Jaeger's JSON. @param {string} text @returns {boolean} */
export function isJaeger(text) {
  return text.includes('"traceID"') && text.includes('"processes"');
}

/** Reads it. @param {string} text @returns {{columns: object, refused: number}} */
export function readJaeger(text) {
  const document = JSON.parse(text);
  const traces = [document.data ?? document].flat();
  const spans = traces.flatMap((trace) =>
    (trace.spans ?? []).map((span) => readSpan(span, trace.processes ?? {})),
  );
  const failedBelow = new Set(spans.filter((span) => span.failed).map((span) => span.trace + span.parent));
  for (const span of spans) span.passedOn = span.failed && failedBelow.has(span.trace + span.id);
  return { columns: columns(spans), refused: 0 };
}

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];

function readSpan(given, processes) {
  const tags = new Map((given.tags ?? []).map((tag) => [tag.key, tag]));
  const start = BigInt(given.startTime ?? 0) * 1000n;
  const references = given.references ?? [];
  const parent = references.find((to) => to.refType === 'CHILD_OF' && to.traceID === given.traceID);
  const failed = String(tags.get('error')?.value) === 'true' || tags.get('otel.status_code')?.value === 'ERROR';
  const kind = Math.max(0, KINDS.indexOf(tags.get('span.kind')?.value));
  const span = {
    trace: pad(given.traceID, 32),
    id: pad(given.spanID, 16),
    parent: parent ? pad(parent.spanID, 16) : pad(given.parentSpanID ?? '', 16),
    name: String(given.operationName ?? ''),
    kind,
    failed,
    start,
    service: (given.process ?? processes[given.processID])?.serviceName ?? 'unknown',
    end: start + BigInt(Math.max(0, given.duration ?? 0)) * 1000n,
    links: references
      .filter((to) => to !== parent)
      .map((to) => ({ trace: pad(to.traceID, 32), span: pad(to.spanID, 16) })),
    attributes: (given.tags ?? []).map(tagOf),
    events: (given.logs ?? []).map((log) => readLog(log, given.startTime)),
  };
  span.localRoot = !span.parent || kind === 1 || kind === 4;
  if (failed) span.error = errorOf(span, tags);
  return span;
}

function readLog(log, start) {
  const name = (log.fields ?? []).find((field) => field.key === 'event')?.value ?? 'log';
  const attributes = (log.fields ?? []).filter((field) => field.key !== 'event').map(tagOf);
  return { at: (log.timestamp - start) * 1000, name: String(name), attributes };
}

function errorOf(span, tags) {
  const told = new Map(span.events.flatMap((event) => event.attributes));
  const text = (...keys) => keys.map((key) => told.get(key)?.slice(1)).find((value) => value) ?? '';
  return {
    type: text('exception.type', 'error.kind') || String(tags.get('error.type')?.value ?? ''),
    message:
      text('exception.message', 'message', 'error.object') ||
      String(tags.get('otel.status_description')?.value ?? tags.get('error.message')?.value ?? ''),
    sources: [],
    stack: [],
    backtrace: text('exception.stacktrace', 'stack'),
  };
}

function tagOf({ key, type, value }) {
  const letter = type === 'bool' ? 'b' : ['int64', 'float64'].includes(type) ? 'n' : 's';
  return [String(key), letter + (typeof value === 'object' ? JSON.stringify(value) : String(value))];
}

function pad(id, length) {
  const text = String(id).toLowerCase();
  return /^[0-9a-f]+$/.test(text) && !/^0+$/.test(text) ? text.slice(-length).padStart(length, '0') : '';
}
