//! The valid name that somebody probably meant.

/// `did you mean …?` when one of `valid` is close enough to be a typing error.
pub(crate) fn did_you_mean<S: AsRef<str>>(written: &str, valid: &[S]) -> Option<String> {
    let (distance, name) = valid
        .iter()
        .map(|name| (distance(written, name.as_ref()), name.as_ref()))
        .min_by_key(|(distance, _)| *distance)?;
    // One slip in three letters; more of them is another word, and so is another single letter.
    let length = name.chars().count();
    let close = distance < length && distance <= length.max(3) / 3;
    close.then(|| format!("did you mean `{name}`?"))
}

/// All of `valid`, for a message.
pub(crate) fn one_of(valid: &[&str]) -> String {
    match valid {
        [] => "no arguments".to_owned(),
        [only] => format!("`{only}`"),
        [first @ .., last] => format!("`{}` or `{last}`", first.join("`, `")),
    }
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, distance};

    #[test]
    fn one_slip_is_one() {
        for slip in ["nam", "namee", "nome", "nmae"] {
            assert_eq!(distance(slip, "name"), 1, "{slip}");
        }
        assert_eq!(distance("", "name"), 4);
    }

    #[test]
    fn another_word_has_no_hint() {
        assert_eq!(did_you_mean("rot", &["name", "root"]).as_deref(), Some("did you mean `root`?"));
        assert_eq!(did_you_mean("colour", &["name", "root"]), None);
        assert_eq!(did_you_mean("b", &["a"]), None);
        assert_eq!(did_you_mean::<&str>("name", &[]), None);
    }
}
