//! Values that make no sense, of each variable.

use super::{read, to};

/// Each variable with a value that makes no sense, and what is said of it then.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "TRACER",
        "trees",
        "`trees` is no destination; valid are `tree`, `html`, `live`, `otlp`, `datadog`, `file:PATH` or `off`; \
         using `tree`",
    ),
    (
        "TRACER_FILTER",
        "a=b",
        "`a=b` has no level; valid are `target=level` and `level`, with `trace`, `debug`, `info`, `warn`, `error` \
         or `off`; filtering nothing",
    ),
    (
        "OTEL_RESOURCE_ATTRIBUTES",
        "a",
        "`a` is no `key=value` with a percent-encoded value; ignoring the variable",
    ),
    (
        "OTEL_TRACES_EXPORTER",
        "jaeger",
        "`jaeger` is not supported; valid are `otlp`, `console` and `none`; ignoring the variable",
    ),
    (
        "OTEL_TRACES_SAMPLER",
        "half",
        "`half` is no sampler; valid are always_on, always_off, traceidratio, parentbased_always_on, \
         parentbased_always_off, parentbased_traceidratio; using `parentbased_always_on`",
    ),
    (
        "OTEL_PROPAGATORS",
        "jaeger",
        "`jaeger` is no style; valid are tracecontext, baggage, datadog, b3, b3multi, none; \
         using `tracecontext,baggage`",
    ),
    (
        "DD_TRACE_PROPAGATION_STYLE",
        "xray",
        "`xray` is no style; valid are tracecontext, baggage, datadog, b3, b3multi, none; \
         using `tracecontext,baggage`",
    ),
    (
        "DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT",
        "begin",
        "`begin` is no behavior; valid are continue, restart, ignore; using `continue`",
    ),
    (
        "DD_TRACE_ENABLED",
        "yes",
        "`yes` is neither true nor false; valid are true, 1, false, 0; using `true`",
    ),
    (
        "DD_LOGS_INJECTION",
        "yes",
        "`yes` is neither true nor false; valid are true, 1, false, 0; using `false`",
    ),
    (
        "DD_TAGS",
        ":a",
        "a tag of `:a` has no key; valid are `key:value` pairs with commas or spaces between; using the others",
    ),
    (
        "DD_TRACE_HEADER_TAGS",
        "a b,",
        "`a b` is no header; valid are `header` and `header:tag` in a comma list; using the others",
    ),
];

#[cfg(feature = "datadog")]
const WRONG_OF_SAMPLING: &[(&str, &str, &str)] = &[
    (
        "DD_TRACE_SAMPLING_RULES",
        "shop:0.5",
        "it is no JSON: expected value at line 1 column 1; \
         right is [{\"service\": \"shop\", \"sample_rate\": 0.5}]",
    ),
    (
        "DD_TRACE_SAMPLING_RULES",
        "[{\"sample_rate\": 2}]",
        "rule 1: `sample_rate` is 2; valid are numbers from 0 to 1; leaving it out",
    ),
    (
        "DD_TRACE_SAMPLE_RATE",
        "50%",
        "`50%` is no share; valid are numbers from 0 to 1; ignoring the variable",
    ),
    (
        "DD_TRACE_RATE_LIMIT",
        "5",
        "it limits what rules decide; set DD_TRACE_SAMPLING_RULES or DD_TRACE_SAMPLE_RATE, too; \
         ignoring the variable",
    ),
];

#[test]
fn what_makes_no_sense_is_one_line_a_variable_and_the_default_stands() {
    let all = WRONG.iter();
    #[cfg(feature = "datadog")]
    let all = all.chain(WRONG_OF_SAMPLING);
    for (variable, value, why) in all {
        let read = read(&[(variable, value)], true);
        assert_eq!(read.complaints, [format!("{variable}: {why}")]);
        assert_eq!(read.destinations, to(true, false, None), "{variable}");
        assert!(read.rules.is_none() && read.resource.is_empty(), "{variable}");
        assert!(read.headers.is_empty() && !read.ids_of_datadog, "{variable}");
    }
}
