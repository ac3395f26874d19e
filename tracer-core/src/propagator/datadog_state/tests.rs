//! The cases are those of Datadog's own tests of its tracers, but for the span's id.

use crate::id::SpanId;
use crate::propagator::{Propagators, Style};
use crate::refused::Refused;

type Headers<'a> = &'a [(&'a str, &'a str)];

const SAMPLED: (&str, &str) =
    ("traceparent", "00-12345678901234567890123456789012-1234567890123456-01");
const NOT_SAMPLED: (&str, &str) =
    ("traceparent", "00-12345678901234567890123456789012-1234567890123456-00");
const IDS: [(&str, &str); 2] =
    [("x-datadog-trace-id", "7890123456789012"), ("x-datadog-parent-id", "1234567890123456")];

/// What a span `aa` below what came writes: `tracestate` and Datadog's headers but for ids, in short.
fn handed_on(came: Headers<'_>) -> (Vec<String>, Refused) {
    let styles = Propagators::none().with(Style::TraceContext).with(Style::Datadog);
    let mut parts = styles.extract(&came);
    let mut refused = parts.refused;
    parts.span = SpanId(0xaa);
    let mut went = Vec::<(String, String)>::new();
    refused.add(styles.inject(&parts, &mut went));
    let short = |(name, value): &(String, String)| match name.strip_prefix("x-datadog-") {
        Some("trace-id" | "parent-id") => None,
        Some(name) => Some(format!("{name}: {value}")),
        None if name == "traceparent" => Some(value[53..].to_owned()),
        None => Some(value.clone()),
    };
    (went.iter().filter_map(short).collect(), refused)
}

#[track_caller]
fn assert_handed_on(came: Headers<'_>, expected: &[&str]) {
    assert_eq!(
        handed_on(came),
        (expected.iter().map(ToString::to_string).collect(), Refused::default())
    );
}

fn state(value: &str) -> (&str, &str) {
    ("tracestate", value)
}

const UPPER: &str = "tags: _dd.p.tid=1234567890123456";

#[test]
fn the_priority_is_what_came_unless_the_flag_says_otherwise() {
    let datadog = |priority| [IDS[0], IDS[1], ("x-datadog-sampling-priority", priority)];
    assert_handed_on(&datadog("2"), &["01", "dd=s:2;p:00000000000000aa", "sampling-priority: 2"]);
    assert_handed_on(
        &datadog("-1"),
        &["00", "dd=s:-1;p:00000000000000aa", "sampling-priority: -1"],
    );
    for (parent, came, flag, priority) in [
        (SAMPLED, "", "01", "1"),
        (SAMPLED, "foo=1,dd=s:-1", "01", "1"),
        (SAMPLED, "foo=1,dd=s:2", "01", "2"),
        (NOT_SAMPLED, "", "00", "0"),
        (NOT_SAMPLED, "foo=1,dd=s:-1", "00", "-1"),
        (NOT_SAMPLED, "foo=1,dd=s:1", "00", "0"),
    ] {
        let others = if came.is_empty() { "" } else { ",foo=1" };
        let state_went = format!("dd=s:{priority};p:00000000000000aa{others}");
        let went = [flag, &state_went, &format!("sampling-priority: {priority}"), UPPER];
        assert_handed_on(&[parent, state(came)], &went);
    }
}

#[test]
fn the_origin_is_handed_on_both_ways() {
    for (came, in_state) in [
        ("synthetics-browser", "synthetics-browser"),
        ("tracing2.0", "tracing2.0"),
        ("synthetics~;=web,z", "synthetics__~web_z"),
    ] {
        assert_handed_on(
            &[IDS[0], IDS[1], ("x-datadog-origin", came)],
            &["00", &format!("dd=o:{in_state};p:00000000000000aa"), &format!("origin: {came}")],
        );
    }
    assert_handed_on(
        &[SAMPLED, state("foo=1,dd=s:-1;o:synthetics~browser")],
        &[
            "01",
            "dd=s:1;o:synthetics~browser;p:00000000000000aa,foo=1",
            "sampling-priority: 1",
            "origin: synthetics=browser",
            UPPER,
        ],
    );
}

#[test]
fn tags_are_handed_on_both_ways() {
    let all = "_dd.p.dm=-4,_dd.p.usr.id=baz64==,_dd.p.url=http://localhost";
    let in_state = "t.dm:-4;t.usr.id:baz64~~;t.url:http://localhost";
    assert_handed_on(
        &[IDS[0], IDS[1], ("x-datadog-tags", all)],
        &["00", &format!("dd=p:00000000000000aa;{in_state}"), &format!("tags: {all}")],
    );
    assert_handed_on(
        &[SAMPLED, state(&format!("foo=1,dd=s:2;{in_state};t.tid:1234567890123456"))],
        &[
            "01",
            &format!("dd=s:2;p:00000000000000aa;{in_state},foo=1"),
            "sampling-priority: 2",
            &format!("{UPPER},{all}"),
        ],
    );
}

#[test]
fn who_decided_is_not_said_of_what_was_decided_otherwise_since() {
    let usr = "_dd.p.usr.id=baz64==";
    for (parent, came, flag, in_state, tags) in [
        (
            SAMPLED,
            "s:0;t.dm:-0;t.usr.id:baz64~~",
            "01",
            "s:1;p:00000000000000aa;t.usr.id:baz64~~;t.dm:-0",
            format!("{usr},_dd.p.dm=-0"),
        ),
        (
            SAMPLED,
            "s:-1;t.dm:-4;t.usr.id:baz64~~",
            "01",
            "s:1;p:00000000000000aa;t.usr.id:baz64~~;t.dm:-0",
            format!("{usr},_dd.p.dm=-0"),
        ),
        (
            SAMPLED,
            "s:-1;t.usr.id:baz64~~",
            "01",
            "s:1;p:00000000000000aa;t.usr.id:baz64~~",
            usr.to_owned(),
        ),
        (
            NOT_SAMPLED,
            "s:1;t.dm:-0;t.usr.id:baz64~~",
            "00",
            "s:0;p:00000000000000aa;t.usr.id:baz64~~",
            usr.to_owned(),
        ),
        (
            NOT_SAMPLED,
            "s:2;t.dm:-4;t.usr.id:baz64~~",
            "00",
            "s:0;p:00000000000000aa;t.usr.id:baz64~~",
            usr.to_owned(),
        ),
    ] {
        let priority = format!("sampling-priority: {}", i8::from(flag == "01"));
        let went = [flag, &format!("dd={in_state}"), &priority, &format!("{UPPER},{tags}")];
        assert_handed_on(&[parent, state(&format!("dd={came}"))], &went);
    }
}

#[test]
fn others_keep_their_places_up_to_32_members() {
    let others =
        |count| (1..=count).map(|n| format!("key{n}=value{n}")).collect::<Vec<_>>().join(",");
    let full = format!("dd=s:1;p:00000000000000aa,{}", others(31));
    let went = |came: &str| {
        let (went, refused) = handed_on(&[SAMPLED, state(came)]);
        (went[1].clone(), refused.over_limit)
    };
    assert_eq!(went(&format!("{},dd=s:-1", others(31))), (full.clone(), 0));
    assert_eq!(went(&format!("dd=s:-1,{}", others(31))), (full.clone(), 0));
    assert_eq!(went(&others(31)), (full.clone(), 0));
    assert_eq!(went(&others(32)), (full, 1));
}

#[test]
fn there_is_room_for_so_much_and_the_rest_is_counted() {
    let long = format!("_dd.p.a={},_dd.p.b={},_dd.p.c=1", "x".repeat(200), "x".repeat(30));
    let (went, refused) = handed_on(&[IDS[0], IDS[1], ("x-datadog-tags", &long)]);
    assert_eq!(went[1], format!("dd=p:00000000000000aa;t.a:{};t.c:1", "x".repeat(200)));
    assert_eq!((went[2].clone(), refused.over_limit), (format!("tags: {long}"), 1));

    let member = |key: &str| format!("{key}={}", "y".repeat(116));
    let others = [member("k1"), member("k2"), member("k3"), member("k4")].join(",");
    let (went, refused) = handed_on(&[SAMPLED, state(&others)]);
    let kept = [member("k1"), member("k2"), member("k3"), member("k4")].join(",");
    assert_eq!(
        (went[1].clone(), refused.over_limit),
        (format!("dd=s:1;p:00000000000000aa,{kept}"), 0)
    );
    let (went, refused) = handed_on(&[SAMPLED, state(&format!("{others},more=more"))]);
    assert_eq!(
        (went[1].clone(), refused.over_limit),
        (format!("dd=s:1;p:00000000000000aa,{kept}"), 1)
    );
}

#[test]
fn what_is_wrong_in_it_is_counted_and_the_rest_counts() {
    for (came, malformed, went) in [
        ("dd=s:7;o:rum", 1, "dd=s:1;o:rum;p:00000000000000aa"),
        ("dd=s:yes;o:rum;p:1", 2, "dd=s:1;o:rum;p:00000000000000aa"),
        ("dd=o", 1, "dd=s:1;p:00000000000000aa"),
        ("dd=s:2;x:1;t.:1;t.a:;;y", 1, "dd=s:2;p:00000000000000aa"),
        ("dd=s:2,dd=s:1;o:rum", 0, "dd=s:2;p:00000000000000aa"),
    ] {
        let (headers, refused) = handed_on(&[SAMPLED, state(came)]);
        assert_eq!((headers[1].as_str(), refused.malformed), (went, malformed), "{came}");
    }
    let long = format!("dd=s:2;o:{}", "x".repeat(129));
    let (headers, refused) = handed_on(&[SAMPLED, state(&long)]);
    assert_eq!((headers[1].as_str(), refused.over_limit), ("dd=s:2;p:00000000000000aa", 1));
}

#[test]
fn of_a_caller_s_own_span_the_last_one_that_datadog_knows_is_handed_on() {
    let styles = Propagators::none().with(Style::TraceContext).with_datadog_state();
    for (came, went) in [
        ("dd=s:2;p:00f067aa0ba902b7,foo=1", "dd=s:2;p:00f067aa0ba902b7,foo=1"),
        ("foo=1", "dd=s:1,foo=1"),
    ] {
        let mut parts = styles.extract(&[SAMPLED, state(came)]);
        parts.is_remote = true;
        let mut headers = Vec::<(String, String)>::new();
        styles.inject(&parts, &mut headers);
        assert_eq!(headers[1].1, went);
    }
}

#[test]
fn who_has_nothing_to_do_with_datadog_leaves_it_as_it_is() {
    let came = [SAMPLED, state("foo=1,dd=s:2;p:00f067aa0ba902b7")];
    for styles in [Propagators::default(), Propagators::default().extracting(Style::Datadog)] {
        let mut parts = styles.extract(&came);
        parts.span = SpanId(0xaa);
        let mut headers = Vec::<(String, String)>::new();
        styles.inject(&parts, &mut headers);
        assert_eq!(headers[1].1, came[1].1);
    }
}
