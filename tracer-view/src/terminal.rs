//! What the terminal can show: its width, colours, and letters beyond ASCII.

use std::env;
use std::io::{self, IsTerminal};

/// When the tree is coloured.
///
/// # Examples
///
/// ```
/// use tracer_view::{Color, Tree};
///
/// let tree = Tree::to(std::io::sink()).color(Color::Always);
/// assert_eq!(Color::default(), Color::Auto);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Color {
    /// On standard error, if that is a terminal that wants colours.
    ///
    /// One that sets `NO_COLOR`, or a `TERM` of `dumb`, does not.
    #[default]
    Auto,
    /// Always, also into files and pipes.
    Always,
    /// Never.
    Never,
}

/// Columns where nobody knows better.
const WIDTH: usize = 100;

impl Color {
    /// Decides it for standard error, or for a writer that is no terminal.
    pub(crate) fn is_on(self, stderr: bool) -> bool {
        match self {
            Self::Auto => stderr && io::stderr().is_terminal() && is_wanted(variable),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Returns the columns of standard error, or those that `COLUMNS` names.
pub(crate) fn width(stderr: bool) -> usize {
    let columns = if stderr { columns_of(io::stderr()) } else { None };
    columns.unwrap_or_else(|| width_by(variable))
}

/// Returns the columns of standard output, or those that `COLUMNS` names.
#[cfg(feature = "command")]
pub(crate) fn stdout_width() -> usize {
    columns_of(io::stdout()).unwrap_or_else(|| width_by(variable))
}

/// Returns whether standard output is a terminal that wants colours.
#[cfg(feature = "command")]
pub(crate) fn stdout_color() -> Color {
    let is_wanted = io::stdout().is_terminal() && is_wanted(variable);
    if is_wanted { Color::Always } else { Color::Never }
}

/// Returns whether only ASCII can be shown, by the locale.
pub(crate) fn is_ascii() -> bool {
    // Elsewhere the standard library talks Unicode to the console, and no locale is told.
    cfg!(unix) && !has_utf8(variable)
}

#[cfg(unix)]
fn columns_of(terminal: impl std::os::fd::AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(terminal).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

#[cfg(not(unix))]
fn columns_of(_: impl Sized) -> Option<usize> {
    None
}

/// An environment variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into())
}

fn is_wanted(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("NO_COLOR").is_none() && variable("TERM").is_none_or(|term| term != "dumb")
}

fn width_by(variable: impl Fn(&str) -> Option<String>) -> usize {
    variable("COLUMNS")
        .and_then(|columns| columns.parse().ok())
        .filter(|columns| *columns > 0)
        .unwrap_or(WIDTH)
}

/// The first of the three that is set decides, as in the C library.
fn has_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::{Color, has_utf8, is_wanted, width_by};

    fn environment<'a>(set: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn colour_yields_to_no_color_and_dumb_terminals() {
        assert!(is_wanted(environment(&[("TERM", "xterm")])));
        assert!(is_wanted(environment(&[])));
        assert!(!is_wanted(environment(&[("TERM", "xterm"), ("NO_COLOR", "1")])));
        assert!(!is_wanted(environment(&[("TERM", "dumb")])));
        assert!(Color::Always.is_on(false));
        assert!(!Color::Never.is_on(true));
        assert!(!Color::Auto.is_on(false));
    }

    #[test]
    fn the_strongest_variable_names_the_encoding() {
        assert!(has_utf8(environment(&[("LANG", "de_DE.UTF-8")])));
        assert!(has_utf8(environment(&[("LC_ALL", "C.utf8"), ("LANG", "C")])));
        assert!(!has_utf8(environment(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")])));
        assert!(!has_utf8(environment(&[("LC_CTYPE", "de_DE.ISO-8859-1")])));
        assert!(!has_utf8(environment(&[])));
    }

    #[test]
    fn an_unknown_width_is_what_columns_says_or_a_hundred() {
        assert_eq!(width_by(environment(&[("COLUMNS", "72")])), 72);
        assert_eq!(width_by(environment(&[("COLUMNS", "0")])), 100);
        assert_eq!(width_by(environment(&[("COLUMNS", "wide")])), 100);
        assert_eq!(width_by(environment(&[])), 100);
    }
}
