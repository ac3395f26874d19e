//! Datadog's lists: `key:value,key:value`, or with spaces between.

/// The pairs of a list; the value of one without a colon is empty.
///
/// As Datadog's tracers: where there is a comma, spaces do not part, and the first colon does.
pub(super) fn pairs(list: &str) -> impl Iterator<Item = (&str, &str)> {
    let separator = if list.contains(',') { ',' } else { ' ' };
    list.split(separator).map(str::trim).filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once(':').unwrap_or((pair, ""));
        (key.trim(), value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn pairs_are_parted_by_commas_else_by_spaces() {
        for (list, expected) in [
            ("", &[][..]),
            ("a:1", &[("a", "1")]),
            ("a:1,b:x y, c : z:z ,", &[("a", "1"), ("b", "x y"), ("c", "z:z")]),
            ("a:1  b:http://c:8", &[("a", "1"), ("b", "http://c:8")]),
            ("a,:1", &[("a", ""), ("", "1")]),
        ] {
            assert_eq!(pairs(list).collect::<Vec<_>>(), expected, "{list}");
        }
    }
}
