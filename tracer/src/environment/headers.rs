//! Which headers of requests and responses are recorded everywhere.

use crate::environment::Compiled;
use crate::environment::tags;

/// A header, and the attribute that it becomes; empty for the usual one.
pub(crate) type HeaderTag = (String, String);

const VARIABLE: &str = "DD_TRACE_HEADER_TAGS";

/// Reads the list, of which the last counts for a header; what is no header is one complaint.
pub(super) fn read(
    set: &impl Fn(&str) -> Option<String>,
    compiled: Compiled,
    complaints: &mut Vec<String>,
) -> Vec<HeaderTag> {
    let Some(value) = set(VARIABLE) else { return Vec::new() };
    if !compiled.http {
        complaints.push(format!(
            "{VARIABLE}: it needs the feature `http` of the crate `tracer`, which is off; \
             ignoring the variable"
        ));
        return Vec::new();
    }
    let (headers, wrong): (Vec<_>, Vec<_>) =
        tags::pairs(&value).partition(|(header, _)| is_header(header));
    if let Some((wrong, _)) = wrong.first() {
        complaints.push(format!(
            "{VARIABLE}: `{wrong}` is no header; valid are `header` and `header:tag` in a comma list; \
             using the others"
        ));
    }
    let mut last: Vec<HeaderTag> = Vec::new();
    for (header, tag) in headers {
        last.retain(|(earlier, _)| !earlier.eq_ignore_ascii_case(header));
        last.push((header.to_owned(), tag.to_owned()));
    }
    last
}

/// A token (RFC 9110, section 5.6.2), but for `*`, which looks like a pattern.
fn is_header(name: &str) -> bool {
    let is_part = |sign: u8| sign.is_ascii_alphanumeric() || b"!#$%&'+-.^_`|~".contains(&sign);
    !name.is_empty() && name.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::{VARIABLE, read};
    use crate::environment::Compiled;

    #[test]
    fn headers_are_read_with_their_tags() {
        let read = |value: &str| {
            let mut complaints = Vec::new();
            let set = |name: &str| (name == VARIABLE).then(|| value.to_owned());
            (read(&set, Compiled::ALL, &mut complaints), complaints)
        };
        let tags = |tags: &[(&str, &str)]| {
            tags.iter().map(|(header, tag)| ((*header).to_owned(), (*tag).to_owned())).collect()
        };
        let expected = tags(&[("X-Tenant", "tenant"), ("user-agent", ""), ("x-a", "a.b:c")]);
        assert_eq!(read("X-Tenant:tenant, user-agent,x-a:a.b:c"), (expected, vec![]));
        assert_eq!(read("x-a:a,x-b,X-A:c"), (tags(&[("x-b", ""), ("X-A", "c")]), vec![]));
        assert!(read("x-*").1[0].contains("`x-*` is no header"));
        assert_eq!(
            read("x-a:a,x tenant:b,:c"),
            (
                tags(&[("x-a", "a")]),
                vec![
                    "DD_TRACE_HEADER_TAGS: `x tenant` is no header; valid are `header` and `header:tag` in a \
                     comma list; using the others"
                        .to_owned()
                ]
            )
        );
    }
}
