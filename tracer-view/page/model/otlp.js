// OTLP JSON, a document or one a line as the Collector's file exporter writes them, becomes columns.

import { columns } from './columns.js';
import { Notes, readPlace, readSlices, readStack, readWakes } from './notation.js';

/** Whether a text may be OTLP JSON. @param {string} text @returns {boolean} */
export function isOtlp(text) {
  return (
    /^\s*[[{]\s*[[{]?\s*"?resource_?[sS]pans"/.test(text.slice(0, 200)) || text.includes('"resourceSpans"')
  );
}

/**
 * Reads it. Lines that are none are counted, not fatal.
 * @param {string} text @returns {{columns: object, refused: number}}
 */
export function readOtlp(text) {
  const { documents, refused } = parse(text);
  const spans = [];
  for (const document of documents) {
    for (const one of [document].flat()) for (const of of one?.resourceSpans ?? []) readResource(of, spans);
  }
  passOn(spans);
  return { columns: columns(spans), refused };
}

function parse(text) {
  try {
    return { documents: [JSON.parse(text)], refused: 0 };
  } catch {
    let refused = 0;
    const documents = text
      .split('\n')
      .filter((line) => line.trim())
      .flatMap((line) => {
        try {
          return [JSON.parse(line)];
        } catch {
          refused += 1;
          return [];
        }
      });
    return { documents, refused };
  }
}

function readResource(of, spans) {
  const resource = new Notes((of.resource?.attributes ?? []).map(attribute));
  const service = resource.text('service.name') ?? 'unknown';
  const ours = resource.text('telemetry.sdk.name') === 'tracer';
  for (const scope of of.scopeSpans ?? of.instrumentationLibrarySpans ?? []) {
    for (const span of scope.spans ?? []) {
      const read = readSpan(span, service, ours);
      if (read) spans.push(read);
    }
  }
}

const KINDS = ['', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

function readSpan(given, service, ours) {
  const [trace, id] = [hex(given.traceId, 32), hex(given.spanId, 16)];
  if (!trace || !id) return null;
  const start = nanoseconds(given.startTimeUnixNano);
  const end = nanoseconds(given.endTimeUnixNano);
  const kind =
    typeof given.kind === 'string' ? KINDS.indexOf(given.kind.replace('SPAN_KIND_', '')) : given.kind;
  const code = given.status?.code;
  const span = {
    ours,
    trace,
    id,
    parent: hex(given.parentSpanId, 16),
    service,
    name: String(given.name ?? ''),
    kind: Math.max(0, (kind ?? 1) - 1),
    start,
    end: end < start ? start : end,
    failed: code === 2 || code === 'STATUS_CODE_ERROR',
    links: (given.links ?? []).map((link) => ({ trace: hex(link.traceId, 32), span: hex(link.spanId, 16) })),
  };
  const notes = new Notes((given.attributes ?? []).map(attribute));
  span.events = (given.events ?? []).map((event) => ({
    at: Number(nanoseconds(event.timeUnixNano) - start),
    name: String(event.name ?? ''),
    attributes: (event.attributes ?? []).map(attribute),
  }));
  readError(span, notes, given.status?.message ?? '');
  readFacts(span, notes, (given.flags ?? 0) & 512);
  span.attributes = notes.rest();
  return span;
}

/** What is told of the last exception, as the span's error. */
function readError(span, notes, message) {
  const type = notes.take('error.type') ?? '';
  const at = span.events.findLastIndex((event) => event.name === 'exception');
  if (at < 0) {
    if (span.failed) span.error = { type, message, sources: [], stack: [], backtrace: '' };
    return;
  }
  const [event] = span.events.splice(at, 1);
  const told = new Notes(event.attributes);
  const { stack, backtrace } = readStack(told.take('exception.stacktrace') ?? '');
  span.error = {
    type: told.take('exception.type') ?? type,
    message: told.take('exception.message') ?? message,
    sources: told.list('tracer.sources'),
    stack,
    backtrace,
  };
  span.passedOn = told.take('tracer.passed_on') === 'true';
  if (span.ours) span.failed = true;
}

/** What our own spans say beside, in attributes that OTLP has no fields for. */
function readFacts(span, notes, remote) {
  span.callsite = readCallsite(notes);
  span.outcome = Math.max(0, ['', 'cancelled', 'panicked', 'open'].indexOf(notes.take('tracer.outcome')));
  span.passedOn = notes.take('tracer.passed_on') === 'true' || span.passedOn === true;
  span.spawned = notes.take('tracer.spawned') === 'true';
  span.localRoot = !span.parent || remote !== 0 || span.kind === 1 || span.kind === 4;
  span.polls = Number(notes.take('tracer.polls') ?? 0);
  span.slices = readSlices(notes.take('tracer.slices') ?? '');
  span.wakes = readWakes(notes.take('tracer.wakes') ?? '');
  const onePoll = span.polls === 1 && span.outcome === 0 && (span.spawned || span.localRoot);
  span.pollsKnown = span.slices.length > 0 || (span.ours && onePoll);
  for (const known of ['tracer.poll_duration', 'tracer.max_poll_duration']) notes.take(known);
  const task = {
    key: keyOf(notes.take('tracer.task.key')),
    parent: keyOf(notes.take('tracer.task.parent_key')),
    name: notes.take('tracer.task.name'),
    ...readPlace(notes.take('tracer.task.spawned_at')),
    delay: number(notes.take('tracer.task.first_poll_delay')),
  };
  const known = Object.entries(task).filter(([, value]) => value !== undefined);
  if (known.length > 0) span.task = Object.fromEntries(known);
}

function readCallsite(notes) {
  const file = notes.take('code.file.path');
  const line = number(notes.take('code.line.number'));
  const name = notes.take('code.function.name') ?? '';
  const level = ['trace', 'debug', 'info', 'warn', 'error'].indexOf(notes.take('tracer.level') ?? 'info');
  const target = notes.take('tracer.target') ?? '';
  return file === undefined ? undefined : { function: name, module: '', file, line: line ?? 0, level, target };
}

/** Of spans of other tools, one that failed above one that failed passed its error on. */
function passOn(spans) {
  const failedBelow = new Set();
  for (const span of spans) if (span.failed && span.parent) failedBelow.add(span.trace + span.parent);
  for (const span of spans)
    if (!span.ours) span.passedOn = span.failed && failedBelow.has(span.trace + span.id);
}

function attribute({ key, value }) {
  return [String(key), typed(value)];
}

/** A value with a letter for its type in front. */
function typed(value) {
  if (value?.stringValue !== undefined) return `s${value.stringValue}`;
  if (value?.boolValue !== undefined) return `b${value.boolValue}`;
  if (value?.intValue !== undefined) return `n${value.intValue}`;
  if (value?.doubleValue !== undefined) return `n${value.doubleValue}`;
  return `s${JSON.stringify(bare(value))}`;
}

function bare(value) {
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(bare);
  if (value?.kvlistValue) {
    return Object.fromEntries((value.kvlistValue.values ?? []).map((one) => [one.key, bare(one.value)]));
  }
  return value === undefined || value === null ? null : Object.values(value)[0];
}

/** A task's key as columns have it: hexadecimal, of what may be more than a signed number holds. */
function keyOf(text) {
  return /^-?\d+$/.test(text ?? '')
    ? BigInt.asUintN(64, BigInt(text)).toString(16).padStart(16, '0')
    : undefined;
}

function number(text) {
  return text === undefined ? undefined : Number(text);
}

function nanoseconds(given) {
  try {
    return BigInt(given ?? 0);
  } catch {
    return 0n;
  }
}

/** Ids are hexadecimal; what some tools write in base64 becomes so. */
function hex(given, length) {
  const text = String(given ?? '').toLowerCase();
  if (text.length === length && /^[0-9a-f]+$/.test(text)) return /^0+$/.test(text) ? '' : text;
  if (!/^[\w+/-]+=*$/.test(given ?? '') || typeof given !== 'string') return '';
  try {
    const bytes = atob(given.replaceAll('-', '+').replaceAll('_', '/'));
    const digits = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
    return digits.length === length ? digits : '';
  } catch {
    return '';
  }
}
