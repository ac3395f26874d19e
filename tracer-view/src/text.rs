//! Text of others made harmless, measured and cut; durations in words.

/// Makes text safe to print: one line without control, direction or invisible characters.
///
/// Without UTF-8 nothing but ASCII is left: in other encodings the bytes of a letter may be the
/// start of an escape sequence.
pub(crate) fn clean(text: &str, ascii: bool) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => cleaned.extend(c.escape_default()),
            _ if c.is_control() || is_invisible(c) => cleaned.extend(c.escape_unicode()),
            _ if ascii && !c.is_ascii() => cleaned.push('?'),
            _ => cleaned.push(c),
        }
    }
    cleaned
}

/// Turns the direction of text, breaks lines, or shows nothing.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200C}'
            | '\u{200E}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Columns that cleaned text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns of a character: the large blocks, not every rule of Unicode.
const fn char_width(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36F}' | '\u{200D}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' => 0,
        '\u{1100}'..='\u{115F}'
        | '\u{2E80}'..='\u{303E}'
        | '\u{3041}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}'
        | '\u{1F300}'..='\u{1F64F}'
        | '\u{1F680}'..='\u{1F6FF}'
        | '\u{1F900}'..='\u{1FAFF}'
        | '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

/// Cuts text to `columns`, with `ellipsis` in place of what is missing.
pub(crate) fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    // A letter may carry marks without width; not a whole page of them.
    if width(text) <= columns && text.len() <= 8 * columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut left = columns.saturating_sub(width(ellipsis));
    for c in text.chars() {
        match left.checked_sub(char_width(c)) {
            Some(rest) if kept.len() < 8 * columns => left = rest,
            _ => break,
        }
        kept.push(c);
    }
    kept.push_str(ellipsis);
    kept
}

/// Breaks cleaned text into lines of at most `columns`, at spaces where there are any.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let needed = width(word.trim_end());
        if used > 0 && used + needed > columns {
            lines.push(String::new());
            used = 0;
        }
        for c in word.chars() {
            if c != ' ' && used + char_width(c) > columns {
                lines.push(String::new());
                used = 0;
            }
            used += char_width(c);
            lines.last_mut().expect("there is always a line").push(c);
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Names a duration with three significant digits: `61.0 ms`.
pub(crate) fn duration(nanos: u64, ascii: bool) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let nanos = nanos as f64;
    let micro = if ascii { "us" } else { "µs" };
    let (value, unit) = match nanos {
        0.0..999.5 => return format!("{nanos:.0} ns"),
        999.5..999_500.0 => (nanos / 1e3, micro),
        999_500.0..999_500_000.0 => (nanos / 1e6, "ms"),
        _ => (nanos / 1e9, "s"),
    };
    match value {
        0.0..9.995 => format!("{value:.2} {unit}"),
        9.995..99.95 => format!("{value:.1} {unit}"),
        _ => format!("{value:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, cut, duration, width, wrap};

    #[test]
    fn a_duration_has_three_digits_and_its_unit_changes_in_time() {
        let cases = [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (9_994, "9.99 µs"),
            (9_996, "10.0 µs"),
            (99_960, "100 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (61_000_000, "61.0 ms"),
            (999_600_000, "1.00 s"),
            (125_000_000_000, "125 s"),
            (4_321_000_000_000, "4321 s"),
        ];
        for (nanos, text) in cases {
            assert_eq!(duration(nanos, false), text);
        }
        assert_eq!(duration(2_500, true), "2.50 us");
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let hostile = "a\x1b[2J\r\n\u{9b}31m\u{202e}b\u{2028}\u{7}";
        assert_eq!(clean(hostile, false), "a\\u{1b}[2J\\r\\n\\u{9b}31m\\u{202e}b\\u{2028}\\u{7}");
        assert_eq!(clean("größe 値", true), "gr??e ?");
        assert_eq!(clean("größe 値", false), "größe 値");
    }

    #[test]
    fn a_cut_leaves_no_more_than_the_columns() {
        assert_eq!(cut("query", 5, "…"), "query");
        assert_eq!(cut("queries", 5, "…"), "quer…");
        assert_eq!(cut("値値値値", 6, "…"), "値値…");
        assert_eq!(width("値値…"), 5);
        let piled = format!("a{}", "\u{301}".repeat(10_000));
        assert!(cut(&piled, 5, "…").len() < 60);
    }

    #[test]
    fn lines_break_at_spaces_and_inside_words_that_are_too_long() {
        assert_eq!(wrap("row 3 not found", 10), ["row 3 not", "found"]);
        assert_eq!(wrap("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
