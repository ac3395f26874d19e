// Small files as programs write them: ours, the Collector's file exporter, Jaeger's UI.

const value = (given) =>
  typeof given === 'number'
    ? { intValue: String(given) }
    : typeof given === 'boolean'
      ? { boolValue: given }
      : { stringValue: given };
const attributes = (given) => Object.entries(given).map(([key, one]) => ({ key, value: value(one) }));

const TRACE = '9fec6d7340957ee4bfeb131174c75432';
const at = (ms) => String(1_795_815_188_175_000_000n + BigInt(ms * 1e6));

const STACK =
  '   0: shop::query\n             at src/main.rs:8\n   1: shop::handle\n             at src/main.rs:14\n\n   0: std::backtrace\n';

/** What our file exporter writes: two lines. */
export const OWN = [
  {
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': 'shop', 'telemetry.sdk.name': 'tracer' }) },
        scopeSpans: [
          {
            scope: { name: 'shop' },
            spans: [
              {
                traceId: TRACE,
                spanId: '64af0744dc59dc32',
                parentSpanId: '8a089a185e7a67f3',
                name: 'query',
                kind: 1,
                startTimeUnixNano: at(1),
                endTimeUnixNano: at(61),
                flags: 257,
                status: { code: 2 },
                attributes: attributes({
                  id: 3,
                  ok: false,
                  'code.function.name': 'shop::query',
                  'code.file.path': 'src/main.rs',
                  'code.line.number': 8,
                  'tracer.polls': 4,
                  'tracer.spawned': true,
                  'tracer.slices': '-2000+10000 50000000+1000',
                  'tracer.poll_duration': 11000,
                  'tracer.max_poll_duration': 10000,
                  'tracer.wakes': `49000000+1000@${TRACE}-8a089a185e7a67f3 49500000+`,
                  'tracer.task.key': 9,
                  'tracer.task.spawned_at': 'src/main.rs:15',
                  'tracer.task.first_poll_delay': 2500,
                  'error.type': 'alloc::string::String',
                }),
                events: [
                  { timeUnixNano: at(2), name: 'sent', attributes: attributes({ bytes: 12 }) },
                  {
                    timeUnixNano: at(61),
                    name: 'exception',
                    attributes: [
                      ...attributes({
                        'exception.type': 'alloc::string::String',
                        'exception.message': 'row 3 not found',
                        'exception.stacktrace': STACK,
                      }),
                      {
                        key: 'tracer.sources',
                        value: { arrayValue: { values: [{ stringValue: 'no such row' }] } },
                      },
                    ],
                  },
                ],
                links: [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }],
              },
            ],
          },
        ],
      },
    ],
  },
  {
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': 'shop', 'telemetry.sdk.name': 'tracer' }) },
        scopeSpans: [
          {
            scope: { name: 'shop' },
            spans: [
              {
                traceId: TRACE,
                spanId: '8a089a185e7a67f3',
                name: 'handle',
                kind: 2,
                startTimeUnixNano: at(0),
                endTimeUnixNano: at(62),
                attributes: attributes({ 'tracer.outcome': 'cancelled', 'tracer.polls': 2, 'error.type': 'x' }),
                status: { code: 2 },
                events: [
                  {
                    timeUnixNano: at(62),
                    name: 'exception',
                    attributes: attributes({
                      'exception.type': 'x',
                      'exception.message': 'row 3 not found',
                      'tracer.passed_on': true,
                    }),
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
]
  .map((line) => JSON.stringify(line))
  .join('\n');

/** What the Collector's file exporter writes for another SDK: names of kinds and codes, no status. */
export const COLLECTOR = `${JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: attributes({ 'service.name': 'frontend' }) },
      scopeSpans: [
        {
          scope: {},
          spans: [
            {
              traceId: 'A'.repeat(32),
              spanId: 'B'.repeat(16),
              parentSpanId: '',
              name: 'GET /',
              kind: 'SPAN_KIND_SERVER',
              startTimeUnixNano: at(0),
              endTimeUnixNano: at(9),
              status: { code: 'STATUS_CODE_ERROR', message: 'upstream' },
            },
            {
              traceId: 'A'.repeat(32),
              spanId: 'C'.repeat(16),
              parentSpanId: 'B'.repeat(16),
              name: 'call',
              kind: 'SPAN_KIND_CLIENT',
              startTimeUnixNano: at(1),
              endTimeUnixNano: at(8),
              status: { code: 2, message: 'refused' },
            },
          ],
        },
      ],
    },
  ],
})}\nnot json\n`;

/** What Jaeger's UI downloads. */
export const JAEGER = JSON.stringify({
  data: [
    {
      traceID: '5b8aa5a2d2c872e8',
      processes: { p1: { serviceName: 'driver', tags: [] } },
      spans: [
        {
          traceID: '5b8aa5a2d2c872e8',
          spanID: '51a',
          operationName: 'redis',
          references: [{ refType: 'CHILD_OF', traceID: '5b8aa5a2d2c872e8', spanID: '5b8' }],
          startTime: 1700000000000100,
          duration: 400,
          processID: 'p1',
          tags: [
            { key: 'error', type: 'bool', value: true },
            { key: 'span.kind', type: 'string', value: 'client' },
          ],
          logs: [
            {
              timestamp: 1700000000000200,
              fields: [
                { key: 'event', type: 'string', value: 'timeout' },
                { key: 'message', type: 'string', value: 'redis timeout' },
              ],
            },
          ],
        },
        {
          traceID: '5b8aa5a2d2c872e8',
          spanID: '5b8',
          operationName: 'find',
          references: [],
          startTime: 1700000000000000,
          duration: 900,
          processID: 'p1',
          tags: [{ key: 'n', type: 'int64', value: 7 }],
          logs: [],
        },
      ],
    },
  ],
});
