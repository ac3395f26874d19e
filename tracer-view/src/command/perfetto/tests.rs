use std::collections::BTreeMap;
use std::fmt::Write as _;

use tracer_otlp::read;

use super::write;
use crate::html::random_spans;
use crate::table::Table;

/// A field of a message: a number, or the bytes of a text or a message.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message by their numbers, read without what wrote them.
fn fields(mut rest: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let tag = varint(&mut rest);
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut rest)),
            1 => Field::Number(u64::from_le_bytes(take(&mut rest, 8).try_into().expect("eight"))),
            2 => {
                let length = varint(&mut rest) as usize;
                Field::Bytes(take(&mut rest, length))
            }
            wire => panic!("no wire type is {wire}"),
        };
        fields.push((tag >> 3, field));
    }
    fields
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, left) = rest.split_at(length);
    *rest = left;
    taken
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return value;
        }
    }
    panic!("no number is so long")
}

/// What is of interest of a packet.
#[derive(Debug, Default)]
struct Packet {
    time: u64,
    track: Option<Track>,
    event: Option<Event>,
}

#[derive(Debug, Default)]
struct Track {
    id: u64,
    parent: u64,
    name: String,
}

#[derive(Debug, Default)]
struct Event {
    kind: u64,
    track: u64,
    name: String,
    category: String,
    flows: Vec<u64>,
    ending: Vec<u64>,
    annotations: Vec<String>,
}

fn packets(table: &Table) -> Vec<Packet> {
    let file = write(table, Vec::new()).expect("memory takes it");
    fields(&file).iter().map(packet).collect()
}

fn packet(field: &(u64, Field<'_>)) -> Packet {
    let (1, Field::Bytes(bytes)) = field else { panic!("a trace has packets alone") };
    let mut packet = Packet::default();
    let mut sequence = 0;
    for field in fields(bytes) {
        match field {
            (8, Field::Number(time)) => packet.time = time,
            (10, Field::Number(number)) => sequence = number,
            (11, Field::Bytes(bytes)) => packet.event = Some(event(bytes)),
            (60, Field::Bytes(bytes)) => packet.track = Some(track(bytes)),
            (6 | 13, _) => {}
            (number, _) => panic!("a packet has no field {number}"),
        }
    }
    assert_eq!(sequence, 1, "it is of the one sequence");
    packet
}

fn track(bytes: &[u8]) -> Track {
    let mut track = Track::default();
    for field in fields(bytes) {
        match field {
            (1, Field::Number(id)) => track.id = id,
            (2, Field::Bytes(name)) => track.name = text(name),
            (5, Field::Number(parent)) => track.parent = parent,
            (11 | 12, Field::Number(_)) => {}
            (number, _) => panic!("a track has no field {number}"),
        }
    }
    track
}

fn event(bytes: &[u8]) -> Event {
    let mut event = Event::default();
    for field in fields(bytes) {
        match field {
            (9, Field::Number(kind)) => event.kind = kind,
            (11, Field::Number(track)) => event.track = track,
            (22, Field::Bytes(category)) => event.category = text(category),
            (23, Field::Bytes(name)) => event.name = text(name),
            (47, Field::Number(flow)) => event.flows.push(flow),
            (48, Field::Number(flow)) => event.ending.push(flow),
            (4, Field::Bytes(bytes)) => {
                let texts = fields(bytes).into_iter().map(|(_, field)| match field {
                    Field::Bytes(bytes) => text(bytes),
                    Field::Number(number) => panic!("{number} is no text"),
                });
                event.annotations.push(texts.collect::<Vec<_>>().join("="));
            }
            (number, _) => panic!("an event has no field {number}"),
        }
    }
    event
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it is text")
}

/// The file as text: what is in a track below it, by time in milliseconds.
fn told(table: &Table) -> String {
    let mut told = String::new();
    for packet in packets(table) {
        if let Some(track) = &packet.track {
            let _written = writeln!(told, "{:x} {} in {:x}", track.id, track.name, track.parent);
        }
        let Some(event) = &packet.event else { continue };
        let kind = ["?", "begin", "end", "instant"][event.kind as usize];
        let _written = write!(told, "  {:x} {} {kind}", event.track, packet.time / 1_000_000);
        for (before, what) in [(" ", &event.name), (" of ", &event.category)] {
            if !what.is_empty() {
                let _written = write!(told, "{before}{what}");
            }
        }
        for (before, flows) in [(" -> ", &event.flows), (" <- ", &event.ending)] {
            for flow in flows {
                let _written = write!(told, "{before}{flow}");
            }
        }
        told.extend(event.annotations.iter().flat_map(|one| [" ", one]));
        told.push('\n');
    }
    told
}

fn span(id: u8, parent: u8, name: &str, times: (u64, u64), attributes: &[(&str, &str)]) -> String {
    let attributes = attributes.iter().map(|(key, value)| {
        let is_true = *value == "true";
        let value = if is_true {
            r#""boolValue":true"#.to_owned()
        } else {
            format!(r#""stringValue":"{value}""#)
        };
        format!(r#"{{"key":"{key}","value":{{{value}}}}}"#)
    });
    let attributes = attributes.collect::<Vec<_>>().join(",");
    let at = |millis: u64| millis * 1_000_000;
    let (start, end) = (at(times.0), at(times.1));
    format!(
        r#"{{"traceId":"4f{:030x}","spanId":"{id:016x}","parentSpanId":"{parent:016x}","name":"{name}","startTimeUnixNano":"{start}","endTimeUnixNano":"{end}","attributes":[{attributes}]}}"#,
        0
    )
}

#[test]
fn a_trace_is_a_track_with_its_lanes_below_and_flows_between_them() {
    let by = format!("@4f{:030x}-{:016x}", 0, 2);
    let wakes = format!("20000000+5000000{by} 30000000+2000000{by}");
    let spans = [
        span(1, 0, "checkout", (100, 200), &[("user", "7")]),
        span(2, 1, "pay", (110, 150), &[]),
        span(
            3,
            1,
            "audit",
            (120, 210),
            &[
                ("tracer.spawned", "true"),
                ("tracer.slices", "0+1000000 25000000+10000000"),
                ("tracer.wakes", &wakes),
            ],
        ),
    ];
    let text = spans.join(",");
    let resource = r#"{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]}"#;
    let text = format!(
        r#"{{"resourceSpans":[{{"resource":{resource},"scopeSpans":[{{"spans":[{text}]}}]}}]}}"#
    );
    let mut table = Table::default();
    let spans = read::document(&text).expect("it is OTLP");
    spans.iter().for_each(|span| table.add_read(span));
    let expected = "\
100000000 4f000000 checkout in 0
100000001 lane 1 in 100000000
  100000001 100 begin checkout of web span id=0000000000000001 user=7
  100000001 110 begin pay of web span id=0000000000000002
  100000001 120 instant spawn -> 1
  100000001 140 instant wake -> 2
  100000001 150 end
  100000001 150 instant wake -> 3
  100000001 200 end
100000002 lane 2 in 100000000
  100000002 120 begin audit of web <- 1 span id=0000000000000003
  100000002 210 end
100000003 lane 3 in 100000000
  100000003 120 begin poll
  100000003 121 end
  100000003 145 begin poll <- 2
  100000003 155 end
  100000003 152 instant woken <- 3
";
    assert_eq!(told(&table), expected);
}

#[test]
fn slices_of_a_track_lie_in_each_other_as_the_file_has_them_and_nothing_is_missing() {
    for seed in 0..10 {
        let mut table = Table::default();
        let spans = random_spans(seed, 300);
        spans.iter().for_each(|span| table.add_read(span));
        let mut tracks: BTreeMap<u64, u64> = BTreeMap::new();
        let mut open: BTreeMap<u64, Vec<Event>> = BTreeMap::new();
        let mut times: BTreeMap<u64, u64> = BTreeMap::new();
        let (mut count, mut polls, mut from, mut to) = (0, 0, Vec::<u64>::new(), Vec::<u64>::new());
        for packet in packets(&table) {
            if let Some(track) = packet.track {
                assert!(track.parent == 0 || tracks.contains_key(&track.parent));
                assert_eq!(tracks.insert(track.id, track.parent), None, "each is there once");
            }
            let Some(event) = packet.event else { continue };
            assert!(tracks[&event.track] != 0, "it is on a lane");
            from.extend(&event.flows);
            to.extend(&event.ending);
            if event.name == "woken" {
                continue;
            }
            let last = times.insert(event.track, packet.time).unwrap_or(0);
            assert!(last <= packet.time, "the file is in order");
            let open = open.entry(event.track).or_default();
            match event.kind {
                1 => {
                    count += usize::from(!event.annotations.is_empty());
                    polls += usize::from(event.name == "poll");
                    open.push(event);
                }
                2 => assert!(open.pop().is_some(), "what ends began"),
                kind => assert_eq!(kind, 3),
            }
        }
        assert!(open.values().all(Vec::is_empty), "what began ends");
        assert_eq!(count, spans.len());
        assert_eq!(polls, spans.iter().map(|span| span.slices.len()).sum::<usize>());
        from.sort_unstable();
        to.sort_unstable();
        assert!(!from.is_empty());
        assert_eq!(from, to, "arrows have two ends");
    }
}
