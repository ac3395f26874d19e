//! How many spans a message holds: no more of it is looked at.

/// Of OTLP's protobuf: field 2 of field 2 of field 1.
pub(crate) fn otlp_spans(request: &[u8]) -> u64 {
    fields(request, 1)
        .flat_map(|resource| fields(resource, 2))
        .flat_map(|scope| fields(scope, 2))
        .count() as u64
}

/// The messages and texts of a message that have this number; it has nothing else.
fn fields(mut rest: &[u8], wanted: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let number = varint(&mut rest) >> 3;
            let length = usize::try_from(varint(&mut rest)).expect("it lies in memory");
            let (value, behind) = rest.split_at(length);
            rest = behind;
            if number == wanted {
                return Some(value);
            }
        }
        None
    })
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = rest[0];
        *rest = &rest[1..];
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

/// Of the agent's `MessagePack`: an array of traces, which are arrays of spans.
pub(crate) fn datadog_spans(mut payload: &[u8]) -> u64 {
    if payload.is_empty() {
        return 0;
    }
    let traces = array(&mut payload);
    let mut sum = 0;
    for _ in 0..traces {
        let spans = array(&mut payload);
        (0..spans).for_each(|_| skip(&mut payload));
        sum += spans;
    }
    sum
}

fn array(rest: &mut &[u8]) -> u64 {
    match number(rest, 1) {
        tag @ 0x90..=0x9F => tag & 0x0F,
        0xDC => number(rest, 2),
        0xDD => number(rest, 4),
        tag => panic!("{tag:#x} is no array"),
    }
}

/// One value with all that is in it.
fn skip(rest: &mut &[u8]) {
    let tag = number(rest, 1);
    let (bytes, values) = match tag {
        0x80..=0x8F => (0, 2 * (tag & 0x0F)),
        0x90..=0x9F => (0, tag & 0x0F),
        0xA0..=0xBF => (tag & 0x1F, 0),
        0xC4 | 0xD9 => (number(rest, 1), 0),
        0xC5 | 0xDA => (number(rest, 2), 0),
        0xC6 | 0xDB => (number(rest, 4), 0),
        0xCC | 0xD0 => (1, 0),
        0xCD | 0xD1 => (2, 0),
        0xCA | 0xCE | 0xD2 => (4, 0),
        0xCB | 0xCF | 0xD3 => (8, 0),
        0xDC => (0, number(rest, 2)),
        0xDD => (0, number(rest, 4)),
        0xDE => (0, 2 * number(rest, 2)),
        0xDF => (0, 2 * number(rest, 4)),
        0x00..=0x7F | 0xC0..=0xC3 | 0xE0..=0xFF => (0, 0),
        _ => panic!("{tag:#x} is nothing that a span has"),
    };
    *rest = &rest[usize::try_from(bytes).expect("it lies in memory")..];
    (0..values).for_each(|_| skip(rest));
}

/// The next bytes as a number, the highest first.
fn number(rest: &mut &[u8], bytes: usize) -> u64 {
    let (value, behind) = rest.split_at(bytes);
    *rest = behind;
    value.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::{datadog_spans, otlp_spans};

    #[test]
    fn spans_of_both_protocols_are_counted() {
        // Two traces, of one and of two spans; a span is a map here.
        let span = [0x82, 0xA1, b'a', 0xCF, 1, 2, 3, 4, 5, 6, 7, 8, 0xA1, b'm', 0x81, 0xA0, 0xCB];
        let span = [&span[..], &[0; 8]].concat();
        let payload = [&[0x92, 0x91][..], &span, &[0xDC, 0, 2], &span, &span].concat();
        assert_eq!(datadog_spans(&payload), 3);
        assert_eq!(datadog_spans(&[]), 0);
        // A resource of a scope of two empty spans.
        assert_eq!(otlp_spans(&[0x0A, 6, 0x12, 4, 0x12, 0, 0x12, 0]), 2);
    }
}
