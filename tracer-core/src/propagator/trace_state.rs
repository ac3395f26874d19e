//! W3C `tracestate`: what vendors say of a trace, handed on as it came.

use crate::propagator::headers::Extractor;
use crate::propagator::parts::Parts;
use crate::refused::Refusal;

const MAX_MEMBERS: usize = 32;
/// Bytes that are handed on. Long members go first where there are more, then the last ones.
const MAX_BYTES: usize = 512;
const LONG_MEMBER: usize = 128;
const MAX_KEY: usize = 256;
const MAX_VALUE: usize = 256;

/// Reads all headers as one list. A wrong member makes the whole list worth nothing, not the parent.
pub(super) fn extract(headers: &dyn Extractor, parts: &mut Parts) {
    let (mut list, mut members, mut refusal) = (String::new(), 0, None);
    headers.visit("tracestate", &mut |value| {
        for member in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            if refusal.is_some() {
                return;
            }
            match text(member) {
                _ if member.is_empty() => {}
                None => refusal = Some(Refusal::Malformed),
                Some(_) if members == MAX_MEMBERS => refusal = Some(Refusal::OverLimit),
                Some(text) => {
                    list.extend([if members > 0 { "," } else { "" }, text]);
                    members += 1;
                }
            }
        }
    });
    if refusal.is_none() && list.len() > MAX_BYTES {
        parts.refuse(Refusal::OverLimit);
        list = shortened(&list);
    }
    match refusal {
        Some(refusal) => parts.refuse(refusal),
        None if list.is_empty() => {}
        None => parts.side_mut().trace_state = list,
    }
}

fn shortened(list: &str) -> String {
    let members = list.split(',').filter(|member| member.len() <= LONG_MEMBER);
    let mut room = MAX_BYTES + 1;
    let kept: Vec<_> = members
        .take_while(|member| {
            let fits = member.len() < room;
            room = room.saturating_sub(member.len() + 1);
            fits
        })
        .collect();
    kept.join(",")
}

/// The member as text, if it is one.
fn text(member: &[u8]) -> Option<&str> {
    let (key, value) = member.split_at(member.iter().position(|byte| *byte == b'=')?);
    let value = &value[1..];
    let is_value = (1..=MAX_VALUE).contains(&value.len())
        && value.iter().all(|byte| matches!(byte, b' '..=b'~') && !b",=".contains(byte));
    // All of it is ASCII then.
    (is_key(key) && is_value).then(|| std::str::from_utf8(member).ok()).flatten()
}

/// A vendor's name, or a tenant and a vendor's system with a sign between.
fn is_key(key: &[u8]) -> bool {
    let is_part = |part: &[u8]| {
        let is_sign = |byte: &u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/".contains(byte)
        };
        part.first().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && part.iter().all(is_sign)
    };
    let mut parts = key.split(|byte| *byte == b'@');
    let count = parts.clone().count();
    key.len() <= MAX_KEY && count <= 2 && parts.all(is_part)
}

#[cfg(test)]
mod tests {
    use super::{LONG_MEMBER, MAX_BYTES, MAX_MEMBERS, extract};
    use crate::propagator::headers::Extractor;
    use crate::propagator::parts::Parts;

    fn read(headers: &dyn Extractor) -> (String, u64, u64) {
        let mut parts = Parts::default();
        extract(headers, &mut parts);
        let refused = parts.refused;
        (parts.trace_state().to_owned(), refused.malformed, refused.over_limit)
    }

    #[test]
    fn members_are_handed_on_as_they_came() {
        let longest = format!("{}={}", "k".repeat(256), "v".repeat(256));
        for (values, kept) in [
            (&["a=1"][..], Some("a=1")),
            (&["a=1,b=2", "c=3"], Some("a=1,b=2,c=3")),
            (&[" a=1 ,\t, b=2,"], Some("a=1,b=2")),
            (&["0a_-*/=!~ x"], Some("0a_-*/=!~ x")),
            (&["tenant@system=1"], Some("tenant@system=1")),
            (&["a=1,a=2"], Some("a=1,a=2")),
            (&[longest.as_str()], Some("")),
            (&[""], Some("")),
            (&["a"], None),
            (&["a="], None),
            (&["=1"], None),
            (&["A=1"], None),
            (&["_a=1"], None),
            (&["a@b@c=1"], None),
            (&["@a=1"], None),
            (&["a@=1"], None),
            (&["a =1"], None),
            (&["a=1=2"], None),
            (&["a=ä"], None),
            (&["a=1\u{1}"], None),
            (&["b=2,A=1"], None),
            (&["b=2", "A=1", "c=3"], None),
            (&[&format!("{}=1", "k".repeat(257))], None),
            (&[&format!("a={}", "v".repeat(257))], None),
        ] {
            let headers: Vec<_> = values.iter().map(|value| ("tracestate", value)).collect();
            let over_limit = u64::from(values == [longest.as_str()]);
            let expected = (kept.unwrap_or_default().into(), kept.is_none().into(), over_limit);
            assert_eq!(read(&headers), expected, "{values:?}");
        }
    }

    #[test]
    fn too_many_members_are_none() {
        let members = |count: usize| {
            (0..count).map(|number| format!("k{number}=1")).collect::<Vec<_>>().join(",")
        };
        let full = members(MAX_MEMBERS);
        assert_eq!(read(&[("tracestate", &full)]), (full.clone(), 0, 0));
        assert_eq!(read(&[("tracestate", members(MAX_MEMBERS + 1))]), (String::new(), 0, 1));
    }

    #[test]
    fn of_a_long_list_long_members_go_first_and_then_the_last() {
        let long = format!("a={}", "x".repeat(LONG_MEMBER));
        let short = |key: &str| format!("{key}={}", "x".repeat(LONG_MEMBER - 2));
        let list = [short("b"), long, short("c"), short("d"), short("e")].join(",");
        let kept = [short("b"), short("c"), short("d")].join(",");
        assert!(kept.len() <= MAX_BYTES);
        assert_eq!(read(&[("tracestate", list)]), (kept, 0, 1));
    }
}
